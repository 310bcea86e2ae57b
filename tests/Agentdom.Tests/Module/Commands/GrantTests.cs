using Agentdom.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Agentdom.Tests.Module;

/// <summary>Grants that are more than what was asked for: other scopes, or a life of more than 24 hours.</summary>
[Collection(PowerShellCollection.Name)]
public sealed class GrantTests : IAsyncLifetime
{
    private const string Right = """{"token":"t.right","expires_in":3600}""";
    private const string Wide = """{"token":"t.wide","expires_in":3600,"scopes_granted":["data.read","admin"]}""";
    private const string Long = """{"token":"t.long","expires_in":100000,"scopes_granted":["data.read"]}""";

    private readonly Engine _engine = new();
    private ScriptedIssuer _issuer = null!;
    private string _grant = Right;

    public async ValueTask InitializeAsync()
    {
        Environment.SetEnvironmentVariable("AGENTDOM_ATP_SECRET", TestIssuer.SecretText);
        RequestDelegate answer = context =>
            Answers.Json(200, IsRevocation(context.Request.Path.Value!) ? """{"revoked":true}""" : _grant)(context);
        _issuer = await ScriptedIssuer.StartAsync(answer);
    }

    public async ValueTask DisposeAsync()
    {
        Environment.SetEnvironmentVariable("AGENTDOM_ATP_SECRET", null);
        _engine.Dispose();
        await _issuer.DisposeAsync();
    }

    [Fact]
    public void AdditionalScopesAreReturnedWithAWarningButNotStored()
    {
        _grant = Wide;
        var result = Run("Request-AtpToken $h data.read");

        Assert.Equal(["data.read", "admin"], (string[])result.Output.Single().Properties["ScopesGranted"].Value);
        Assert.Null(result.Output.Single().Properties["Vault"].Value);
        var warning = Assert.Single(result.Streams.Warning, w => w.Message.Contains("admin", StringComparison.Ordinal)).Message;
        Assert.Contains("scopes that were not requested (admin)", warning);
        Assert.Contains("the token was not stored", warning);
        Assert.Contains("-Strict", warning);
        Assert.Empty(Run("Get-AtpToken").Output);
        Assert.Empty(Revoked);
    }

    [Fact]
    public void ALongLifeIsStoredWithAWarning()
    {
        _grant = Long;
        var result = Run("Request-AtpToken $h data.read");

        Assert.Single(result.Output);
        Assert.Contains(result.Streams.Warning, w => w.Message.Contains("a life of 28 hours", StringComparison.Ordinal));
        Assert.Single(Run("Get-AtpToken").Output);
    }

    [Theory]
    [InlineData(Wide, "t.wide")]
    [InlineData(Long, "t.long")]
    public void StrictRefusesAndRevokesBoth(string grant, string token)
    {
        _grant = grant;
        var result = Run("Request-AtpToken $h data.read -Strict");

        Assert.Equal("AtpGrantExceeded", result.ErrorId);
        Assert.Contains("was refused and revoked", Assert.Single(result.Errors).Exception.Message);
        Assert.Equal([token], Revoked);
        Assert.Empty(Run("Get-AtpToken").Output);
    }

    [Theory]
    [InlineData("""{"token":"t.right","expires_in":86400,"scopes_granted":["data.write","data.read"]}""")]
    [InlineData("""{"token":"t.right","expires_in":60,"scopes_granted":["data.read"]}""")]
    [InlineData("""{"token":"t.right"}""")]
    public void AGrantWithinTheRequestIsNeverRefused(string grant)
    {
        _grant = grant;
        var result = Run("Request-AtpToken $h data.read, data.write -Strict");

        Assert.Single(result.Output);
        Assert.DoesNotContain(result.Streams.Warning, w => w.Message.Contains("-Strict", StringComparison.Ordinal));
        Assert.Empty(Revoked);
    }

    [Theory]
    [InlineData("Get-AtpToken $h -MinimumValidity 00:30")]
    [InlineData("Update-AtpToken $h")]
    [InlineData("Update-AtpToken -All -Strict")]
    public void ARenewalNeverTakesAdditionalScopes(string command)
    {
        StoredTokens.Save(StoredTokens.Make(_issuer.Name, TimeSpan.FromMinutes(1)));
        _grant = Wide;
        var result = Run(command);

        Assert.Equal("AtpGrantExceeded", result.ErrorId);
        Assert.Equal(["t.wide"], Revoked);
        Assert.Equal("the.old.token", Run("Get-AtpToken $h -NoRefresh -AsPlainText").Single<string>());
    }

    [Theory]
    [InlineData("Get-AtpToken $h", false)]
    [InlineData("Update-AtpToken $h", false)]
    [InlineData("Update-AtpToken $h -Strict", true)]
    public void ARenewalTakesALongLifeWithAWarningUnlessItIsStrict(string command, bool isRefused)
    {
        StoredTokens.Save(StoredTokens.Make(_issuer.Name, TimeSpan.FromMinutes(1)));
        _grant = Long;
        var result = Run(command);

        if (isRefused) Assert.Equal("AtpGrantExceeded", result.ErrorId);
        else Assert.Contains(result.Streams.Warning, w => w.Message.Contains("a life of 28 hours", StringComparison.Ordinal));
        Assert.Equal(isRefused ? ["t.long"] : [], Revoked);
        Assert.Equal(isRefused ? "the.old.token" : "t.long", Run("Get-AtpToken $h -NoRefresh -AsPlainText").Single<string>());
    }

    [Fact]
    public void AJobIsStrict()
    {
        StoredTokens.Save(StoredTokens.Make(_issuer.Name, TimeSpan.FromMinutes(1)));
        _grant = Long;

        var report = Run(new RefreshScript(TestPaths.ModuleManifest, "Agentdom", TimeSpan.FromMinutes(5)).ForRunspace()).Single<string>();

        Assert.Equal("AtpGrantExceeded", Assert.Single(JobRun.FromJson(report).Failures).ErrorId);
        Assert.Equal(["t.long"], Revoked);
    }

    private string?[] Revoked => [.. _issuer.Posts.Where(p => IsRevocation(p.Path)).Select(p => p.Json.Text("token"))];

    private static bool IsRevocation(string path) => path.EndsWith("/revoke", StringComparison.Ordinal);

    private Engine.Result Run(string script) => _engine.Run(script, ("h", _issuer.Name));
}
