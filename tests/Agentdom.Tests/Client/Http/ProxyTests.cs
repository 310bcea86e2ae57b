using System.Diagnostics;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Client;

/// <summary>
/// The proxy in the environment, in processes of their own because the runtime reads it once. Its password must not be anywhere in what
/// they say.
/// </summary>
public sealed class ProxyTests
{
    private const string Password = "p%40ss-word%2F1";

    [Theory]
    [InlineData("HTTPS_PROXY")]
    [InlineData("https_proxy")]
    [InlineData("ALL_PROXY")]
    [InlineData("all_proxy")]
    public async Task AProxyThatWantsOtherCredentialsIsNamedWithoutThem(string variable)
    {
        await using var proxy = new RefusingProxy(407);
        var said = await RunAsync(variable, $"http://user:{Password}@{proxy.Name}");

        Assert.Contains("id=AtpProxyRefused", said);
        Assert.Contains($"The proxy {proxy.Name} wants other credentials (status 407)", said);
        Assert.Contains(proxy.Asked, r => r.StartsWith("CONNECT api.example.com:443 ", StringComparison.Ordinal));
        // More would not help, and could lock the account. The runtime itself repeats a request with the credentials.
        Assert.InRange(proxy.Asked.Count, 1, 2);
    }

    [Theory]
    [InlineData(403, 1)]
    [InlineData(502, 4)]
    public async Task AProxyThatRefusesTheHostIsNamedWithItsStatus(int status, int requests)
    {
        await using var proxy = new RefusingProxy(status);
        var said = await RunAsync("HTTPS_PROXY", $"user:{Password}@{proxy.Name}");

        Assert.Contains("id=AtpProxyRefused", said);
        Assert.Contains($"The proxy {proxy.Name} refuses to connect to api.example.com (status {status})", said);
        Assert.Equal(requests, proxy.Asked.Count);
    }

    [Theory]
    [InlineData("http://user:PASSWORD@NOBODY")]
    [InlineData("http://user:PASSWORD@nowhere.invalid:3128")]
    [InlineData("socks5://user:PASSWORD@NOBODY")]
    public async Task AProxyThatCannotBeReachedIsNamed(string address)
    {
        var nobody = ClosedPort.Shared.Name;
        var said = await RunAsync("HTTPS_PROXY", address.Replace("PASSWORD", Password).Replace("NOBODY", nobody));

        Assert.Contains("id=AtpProxyRefused", said);
        Assert.Contains(address.Contains("NOBODY", StringComparison.Ordinal) ? nobody : "nowhere.invalid:3128", said);
    }

    [Fact]
    public async Task LoopbackIsReachedWithoutIt()
    {
        await using var proxy = new RefusingProxy(407);
        await using var issuer = await TestIssuer.StartAsync();
        foreach (var variable in new[] { "HTTP_PROXY", "ALL_PROXY" })
            Assert.Contains("token for data.read", await RunAsync(variable, $"http://user:{Password}@{proxy.Name}", issuer.Name));

        Assert.Empty(proxy.Asked);
    }

    /// <summary>All that a real pwsh says of a request and its failure: each stream, the whole error, and the transcript.</summary>
    private static async Task<string> RunAsync(string variable, string address, string host = "api.example.com")
    {
        var folder = TestPaths.NewFolder();
        var start = new ProcessStartInfo("dotnet",
            [
                TestPaths.Pwsh, "-NoProfile", "-NonInteractive", "-Command",
                $$"""
                $null = Start-Transcript '{{folder}}/transcript.txt'
                Import-Module '{{TestPaths.ModuleManifest}}'
                try {
                    $t = Request-AtpToken {{host}} data.read -NoPersist -Verbose -Debug -TimeoutSec 60
                    "token for $($t.ScopesGranted)"
                }
                catch {
                    "id=$(($_.FullyQualifiedErrorId -split ',')[0])"
                    $_ | Out-String -Width 4000
                    for ($e = $_.Exception; $e; $e = $e.InnerException) { "$e"; $e | Format-List * -Force | Out-String -Width 4000 }
                }
                Get-Error | Out-String -Width 4000
                $Error | Format-List * -Force | Out-String -Width 4000
                $null = Stop-Transcript
                Get-Content '{{folder}}/transcript.txt' -Raw
                """,
            ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in new[]
        {
            (variable, address), ("HOME", folder), ("AGENTDOM_HOME", folder), ("AGENTDOM_ATP_SECRET", TestIssuer.SecretText),
            ("NO_COLOR", "1"), ("POWERSHELL_TELEMETRY_OPTOUT", "1"),
        })
        {
            start.Environment[name] = value;
        }
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var said = await process.StandardOutput.ReadToEndAsync() + await errors;
        await process.WaitForExitAsync();
        Directory.Delete(folder, recursive: true);

        string[] forms = [Password, Uri.UnescapeDataString(Password), "ss-word", "//user"];
        Assert.All(forms, form => Assert.DoesNotContain(form, said));
        return said;
    }
}
