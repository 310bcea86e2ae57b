using Agentdom.Tests.Support;

namespace Agentdom.Tests.Samples;

/// <summary>How the sample issuer reads ATP_AUDIT_FILE.</summary>
public sealed class SampleAuditTests : IDisposable
{
    private readonly string _folder = TestPaths.NewFolder();

    private string AuditFile => Path.Combine(_folder, "audit.log");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task EventsAreAppendedToTheFileAlsoAfterItWasRenamed()
    {
        using var issuer = await SampleIssuer.StartWithAsync("memory", ("ATP_AUDIT_FILE", AuditFile));
        var token = await issuer.TokenAsync();
        await Wire.AssertRefusedAsync(await issuer.RequestTokenAsync("{}"), 400, "invalid_request");
        await UntilLinesAsync(2);
        var lines = Lines();
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z Information 1001 Issued token \S+ with scopes data\.read ", lines[0]);
        Assert.Contains(" Warning 1002 Refused to mint ", lines[1]);
        Assert.DoesNotContain(token, string.Concat(lines));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(AuditFile));

        File.Move(AuditFile, AuditFile + ".1");
        await issuer.RevokeAsync(token);
        await UntilLinesAsync(1);
        Assert.Contains(" 1004 Revoked token ", Lines()[0]);
    }

    [Fact]
    public async Task LinesThatCouldNotBeWrittenAreCountedInTheFile()
    {
        using var issuer = await SampleIssuer.StartWithAsync("memory", ("ATP_AUDIT_FILE", AuditFile));

        // Again if the issuer did not try to write while it could not.
        await TokenApi.UntilAsync(async () =>
        {
            File.Delete(AuditFile);
            Directory.CreateDirectory(AuditFile);
            await issuer.TokenAsync();
            await issuer.TokenAsync();
            await Task.Delay(300, TestContext.Current.CancellationToken);
            Directory.Delete(AuditFile);
            await issuer.TokenAsync();
            await UntilLinesAsync(1);
            return Lines() is ["", "Up to 2 lines near this one could not be written.", ..];
        });
        await UntilLinesAsync(3);
        Assert.Contains(" 1001 Issued token ", Lines()[2]);
    }

    [Fact]
    public async Task TheAddressIsTheAgentsOwnBehindAProxy()
    {
        using var issuer = await SampleIssuer.StartWithAsync(
            "memory", ("ATP_AUDIT_FILE", AuditFile), ("ASPNETCORE_FORWARDEDHEADERS_ENABLED", "true"));
        using var request = new HttpRequestMessage(HttpMethod.Post, issuer.Url + "/v1/agent-tokens")
        {
            Content = new StringContent(TestIssuer.Signed(TestIssuer.Body()), System.Text.Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("X-Forwarded-For", "203.0.113.7");
        using var response = await Wire.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(200, (int)response.StatusCode);
        await UntilLinesAsync(1);
        Assert.EndsWith(" at 203.0.113.7.", Lines()[0]);
    }

    [Fact]
    public async Task AFileThatCannotBeWrittenIsReportedAtTheStart()
    {
        var (exitCode, output, error) = await SampleIssuer.RunAsync(
            "memory", ("ATP_AUDIT_FILE", Path.Combine(_folder, "missing", "audit.log")));

        Assert.Equal(1, exitCode);
        Assert.Contains("ATP_AUDIT_FILE: ", error);
        Assert.DoesNotContain("   at ", output + error);
    }

    private Task UntilLinesAsync(int count) => TokenApi.UntilAsync(() => Task.FromResult(Lines().Length >= count));

    private string[] Lines() => File.Exists(AuditFile) ? File.ReadAllLines(AuditFile) : [];
}
