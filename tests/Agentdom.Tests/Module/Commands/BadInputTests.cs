using System.Management.Automation;
using System.Net;
using Agentdom.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Agentdom.Tests.Module;

/// <summary>Each failure has its own id and advice, stores nothing and reveals nothing.</summary>
[Collection(PowerShellCollection.Name)]
public sealed class BadInputTests : IDisposable
{
    private const string Foreign =
        """{"auth":{"method":"agent_token","agent_token_endpoint":"https://collector.example/tokens","scopes":[]}}""";
    private const string OtherMethod = """{"auth":{"method":"oauth2"}}""";

    private readonly Engine _engine = new();

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("AGENTDOM_ATP_SECRET", null);
        _engine.Dispose();
    }

    [Theory]
    [InlineData("Request-AtpToken $h nope", "AtpScopeDenied", ErrorCategory.PermissionDenied)]
    [InlineData("Request-AtpToken $h 'two words'", "AtpScopeInvalid", ErrorCategory.InvalidArgument)]
    [InlineData("Request-AtpToken $h data.read -Purpose ('x' * 1025)", "AtpPurposeInvalid", ErrorCategory.InvalidArgument)]
    [InlineData("Request-AtpToken $h data.read -Secret $wrong", "AtpSignatureRefused", ErrorCategory.AuthenticationError)]
    [InlineData("$env:AGENTDOM_ATP_SECRET = $null; Request-AtpToken $h data.read", "AtpSecretMissing", ErrorCategory.AuthenticationError)]
    [InlineData("Request-AtpToken 127.0.0.1:1 data.read", "AtpHostUnreachable", ErrorCategory.ConnectionError)]
    [InlineData("Request-AtpToken no-such-host.invalid data.read", "AtpHostNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData("Request-AtpToken http://example.com data.read", "AtpHostInvalid", ErrorCategory.InvalidArgument)]
    [InlineData("Request-AtpToken $h data.read -Endpoint http://example.com/t", "AtpEndpointInvalid", ErrorCategory.InvalidArgument)]
    [InlineData("Request-AtpToken $h data.read -Vault nowhere", "AtpVaultNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData("Test-AtpToken $h", "AtpTokenNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData("Revoke-AtpToken $h", "AtpTokenNotFound", ErrorCategory.ObjectNotFound)]
    public async Task ARefusalHasItsOwnId(string script, string id, ErrorCategory category)
    {
        await using var issuer = await TestIssuer.StartAsync();
        AssertFailure(Run(script, issuer.Name), id, category);
    }

    [Theory]
    [InlineData("<html>hello</html>", "AtpManifestInvalid")]
    [InlineData(OtherMethod, "AtpMethodUnsupported")]
    [InlineData(Foreign, "AtpEndpointForeign")]
    [InlineData("BIG", "AtpAnswerInvalid")]
    [InlineData("", "AtpManifestInvalid")]
    public async Task AManifestThatCannotBeTrustedIsRefused(string manifest, string id)
    {
        var text = manifest == "BIG" ? new string(' ', (2 * 1024 * 1024) + 1) : manifest;
        await using var host = await TestHost.StartAsync(app => app.MapGet("/.well-known/agentdom.json", () => text));
        AssertFailure(Run("Request-AtpToken $h data.read", host.Name), id);
    }

    [Fact]
    public async Task AForeignEndpointIsRefusedWithTheParameterThatTrustsIt()
    {
        await using var host = await TestHost.StartAsync(app => app.MapGet("/.well-known/agentdom.json", () => Foreign));

        Assert.Contains("-TrustedEndpointHost collector.example",
            Assert.Single(Run("Request-AtpToken $h data.read", host.Name).Errors).Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AForeignAudienceIsRefusedWithTheParameterThatTrustsIt()
    {
        await using var host = await ScriptedIssuer.StartAsync(context => Answers.Json(200, ScriptedIssuer.ManifestOf(
            context.Request.Host.Value!, ",\"agent_token_audience\":\"https://orders.example/v1\""))(context), [Answers.Grant]);
        var result = Run("Request-AtpToken $h data.read", host.Name);

        AssertFailure(result, "AtpAudienceForeign", ErrorCategory.SecurityError);
        Assert.Contains("-TrustedEndpointHost orders.example.", Assert.Single(result.Errors).Exception.Message, StringComparison.Ordinal);
        Assert.Empty(host.Posts);
        Assert.Single(Run("Request-AtpToken $h data.read -NoPersist -TrustedEndpointHost orders.example", host.Name).Output);
        Assert.Equal("https://orders.example/v1", Assert.Single(host.Posts).Json.Text("aud"));
    }

    [Theory]
    [InlineData("Request-AtpToken https://user:pass@api.example.com data.read", "AtpHostInvalid")]
    [InlineData("'user:pass@api.example.com' | Request-AtpToken -Scope data.read", "AtpHostInvalid")]
    [InlineData("Get-AtpManifest https://user:pass@api.example.com", "AtpHostInvalid")]
    [InlineData("Request-AtpToken $h data.read -Endpoint https://user:pass@api.example.com/t", "AtpEndpointInvalid")]
    [InlineData("$env:AGENTDOM_ATP_HOSTS = 'user:pass@api.example.com'; try { Request-AtpToken $h data.read } finally "
        + "{ $env:AGENTDOM_ATP_HOSTS = $null }", "AtpHostInvalid")]
    public void APasswordInAHostOrAnEndpointIsNotRepeated(string script, string id)
    {
        var result = Run(script, "api.example.com");

        Assert.Equal(id, result.ErrorId);
        Assert.DoesNotContain("pass", result.AllText, StringComparison.Ordinal);
        Assert.DoesNotContain("user:", result.AllText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "AtpAnswerInvalid")]
    [InlineData("""{"token":"a\nb"}""", "AtpAnswerInvalid")]
    [InlineData("<html>", "AtpIssuerFailed")]
    public async Task AnAnswerWithoutAUsableTokenStoresNothing(string answer, string id)
    {
        await using var host = await TestHost.StartAsync(app => app.MapPost("/t", () => answer));
        AssertFailure(Run($"Request-AtpToken $h data.read -Endpoint http://{host.Name}/t", host.Name), id);
    }

    [Fact]
    public async Task AMissingSecretIsReportedWithTheCmdletThatStoresIt()
    {
        await using var issuer = await TestIssuer.StartAsync();

        Assert.Contains($"Set-AtpSecret {issuer.Name} ",
            Assert.Single(Run("$env:AGENTDOM_ATP_SECRET = $null; Request-AtpToken $h data.read", issuer.Name).Errors).Exception.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task AHostWithoutAManifestIsSaidToHaveNone()
    {
        await using var host = await TestHost.StartAsync(_ => { });
        AssertFailure(Run("Get-AtpManifest $h", host.Name), "AtpManifestMissing");
    }

    [Fact]
    public async Task AVaultThatCannotBeWrittenIsFoundBeforeATokenIsAskedFor()
    {
        var asked = 0;
        await using var host = await TestHost.StartAsync(app => app.Use((HttpContext _, RequestDelegate _) =>
        {
            asked++;
            return Task.CompletedTask;
        }));
        var home = Environment.GetEnvironmentVariable("AGENTDOM_HOME");
        // A file in place of the folder works for root as well, whom permissions do not stop.
        Environment.SetEnvironmentVariable("AGENTDOM_HOME", Path.GetTempFileName());
        try
        {
            Assert.Equal("AtpVaultUnwritable", Run("Request-AtpToken $h data.read", host.Name).ErrorId);
        }
        finally
        {
            Environment.SetEnvironmentVariable("AGENTDOM_HOME", home);
        }
        Assert.Equal(0, asked);
    }

    [Fact]
    public async Task WithPipelineInputOneFailureSpoilsNoOtherHost()
    {
        await using var issuer = await TestIssuer.StartAsync();
        var result = Run("'127.0.0.1:1', $h | Request-AtpToken -Scope data.read -NoPersist", issuer.Name);
        Assert.Single(result.Output);
        Assert.Equal("AtpHostUnreachable", result.ErrorId);
    }

    [Fact]
    public async Task CtrlCEndsACmdletThatWaitsForASilentHost()
    {
        var reached = new TaskCompletionSource();
        var held = new TaskCompletionSource();
        await using var host = await TestHost.StartAsync(app => app.Run(_ =>
        {
            reached.TrySetResult();
            return held.Task;
        }));
        using var shell = _engine.Start($"Get-AtpManifest {host.Name}");
        var running = shell.InvokeAsync();
        await reached.Task;

        // The host answers only after this, so a stop that waits for it would never finish.
        await shell.StopAsync(null, null);

        await Assert.ThrowsAsync<PipelineStoppedException>(() => running);
        held.SetResult();
    }

    private void AssertFailure(Engine.Result result, string id, ErrorCategory? category = null)
    {
        Assert.Equal(id, result.ErrorId);
        var error = result.Errors.Single();
        if (category is not null) Assert.Equal(category, error.CategoryInfo.Category);
        Assert.Matches(@"\. .+\.$", error.Exception.Message);
        Assert.DoesNotContain("   at ", error.Exception.Message);
        Assert.DoesNotContain(TestIssuer.SecretText, result.AllText);
        Assert.Empty(result.Output);
        Assert.Empty(_engine.Run("Get-AtpToken").Output);
    }

    private Engine.Result Run(string script, string host)
    {
        Environment.SetEnvironmentVariable("AGENTDOM_ATP_SECRET", TestIssuer.SecretText);
        return _engine.Run("$VerbosePreference = $DebugPreference = 'Continue'\n" + script,
            ("h", host), ("wrong", new NetworkCredential("", new string('w', 40)).SecurePassword));
    }
}
