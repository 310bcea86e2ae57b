using System.Net;
using Agentdom.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Agentdom.Tests.Module;

/// <summary>Tokens that were replaced in the vault: they stay valid for scripts that use them, and are revoked with the last one.</summary>
[Collection(PowerShellCollection.Name)]
public sealed class PredecessorTests : IAsyncLifetime
{
    private readonly Engine _engine = new();
    private TestIssuer _issuer = null!;
    private int _refusedRevocations;

    public async ValueTask InitializeAsync()
    {
        _issuer = await TestIssuer.StartAsync(map: app => app.Use(async (context, next) =>
        {
            if (context.Request.Path == "/v1/agent-tokens/revoke" && Interlocked.Decrement(ref _refusedRevocations) >= 0)
                context.Response.StatusCode = StatusCodes.Status400BadRequest;
            else
                await next(context);
        }));
        Environment.SetEnvironmentVariable("AGENTDOM_ATP_SECRET", TestIssuer.SecretText);
    }

    public async ValueTask DisposeAsync()
    {
        Environment.SetEnvironmentVariable("AGENTDOM_ATP_SECRET", null);
        _engine.Dispose();
        await _issuer.DisposeAsync();
    }

    [Theory]
    [InlineData("Update-AtpToken $h -Force")]
    [InlineData("Request-AtpToken $h data.read")]
    public async Task TheyStayValidUntilTheEntryIsRevoked(string replace)
    {
        var tokens = new List<string> { Token("Request-AtpToken $h data.read") };
        for (var i = 0; i < 3; i++) tokens.Add(Token(replace));
        Assert.Distinct(tokens);
        foreach (var token in tokens) Assert.Equal(HttpStatusCode.OK, await StatusAsync(token));

        Assert.True(Run("(Revoke-AtpToken $h).RevokedAtIssuer").Single<bool>());

        foreach (var token in tokens) Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(token));
    }

    [Fact]
    public async Task OnesForWhichTheEntryHasNoRoomAreRevokedAtOnce()
    {
        var tokens = Enumerable.Range(0, StoredToken.MaxEarlier + 2).Select(_ => Token("Request-AtpToken $h data.read")).ToList();

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(tokens[0]));
        foreach (var token in tokens[1..]) Assert.Equal(HttpStatusCode.OK, await StatusAsync(token));
    }

    [Fact]
    public void RevokingCountsOnlyIfAllWereRevoked()
    {
        Run("$null = Request-AtpToken $h data.read; $null = Update-AtpToken $h -Force");
        _refusedRevocations = 1;

        var result = Run("Revoke-AtpToken $h");

        var revocation = Assert.Single(result.Output);
        Assert.Equal(false, revocation.Properties["RevokedAtIssuer"].Value);
        Assert.Equal(true, revocation.Properties["RemovedFromVault"].Value);
        Assert.Contains("may be valid until", Assert.Single(result.Streams.Warning).Message);
    }

    private string Token(string script) => Run($"{script} | Out-Null; Get-AtpToken $h -NoRefresh -AsPlainText").Single<string>();

    private async Task<HttpStatusCode> StatusAsync(string token) => (await _issuer.GetDataAsync(token)).StatusCode;

    private Engine.Result Run(string script) => _engine.Run(script, ("h", _issuer.Name));
}
