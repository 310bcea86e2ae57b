using Agentdom.AspNetCore;
using Agentdom.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Agentdom.Tests.AspNetCore;

/// <summary>The audit log: one event for every decision, and no secrets or tokens.</summary>
public sealed class AuditTests : IDisposable
{
    private readonly LogCapture _log = new();

    [Fact]
    public async Task ATokenThatIsIssuedIsOneEvent()
    {
        await using var issuer = await StartAsync();
        var token = await issuer.TokenAsync();

        var entry = Assert.Single(_log.Audit);
        Assert.Equal((1001, LogLevel.Information), (entry.Id, entry.Level));
        Assert.Equal("test-agent", entry.Values["AgentId"]);
        Assert.Equal("data.read", entry.Values["Scopes"]);
        Assert.Equal("127.0.0.1", entry.Values["Address"]);
        Assert.Equal(Wire.Claims(token).GetProperty("jti").GetString(), entry.Values["TokenId"]);
    }

    [Fact]
    public async Task ARefusalNamesItsReason()
    {
        await using var issuer = await StartAsync();
        var body = TestIssuer.Body();
        body["scopes"] = new[] { "data.erase" };
        await issuer.RequestTokenAsync(TestIssuer.Signed(body));

        var entry = Assert.Single(_log.Audit);
        Assert.Equal((1002, LogLevel.Warning), (entry.Id, entry.Level));
        Assert.Equal("invalid_scope", entry.Values["Outcome"]);
        Assert.Equal("mint", entry.Values["Operation"]);
        Assert.Equal("test-agent", entry.Values["AgentId"]);
        Assert.Equal("data.erase", entry.Values["Scopes"]);
    }

    [Fact]
    public async Task NothingUnsignedIsRepeated()
    {
        await using var issuer = await StartAsync();
        var body = TestIssuer.Body();
        body["agent_id"] = "an agent of somebody's imagination";
        await issuer.RequestTokenAsync(TestIssuer.Signed(body, "another secret of more than 32 bytes"));

        Assert.Equal("invalid_signature", Assert.Single(_log.Audit).Values["Outcome"]);
        Assert.DoesNotContain("imagination", _log.AllText);
    }

    [Fact]
    public async Task EveryOperationIsSeen()
    {
        await using var issuer = await StartAsync();
        var token = await issuer.TokenAsync();
        await issuer.PostAsync("/v1/agent-tokens/verify", $$"""{"token":"{{token}}"}""");
        await issuer.GetDataAsync(token);
        await issuer.PostAsync("/v1/agent-tokens/revoke", $$"""{"token":"{{token}}"}""");
        await issuer.PostAsync("/v1/agent-tokens/verify", $$"""{"token":"{{token}}"}""");
        await issuer.GetDataAsync(token);
        await issuer.GetDataAsync(null);
        await issuer.PostAsync("/v1/agent-tokens/revoke", """{"token":"unknown"}""");
        await issuer.PostAsync("/v1/agent-tokens/revoke", "{}", "text/plain");

        Assert.Equal(
            [
                (1001, null), (1003, "valid"), (1005, null), (1004, "revoked"), (1003, "invalid"), (1002, "invalid_token"),
                (1002, "missing_token"), (1004, "nothing_to_revoke"), (1002, "invalid_request"),
            ],
            _log.Audit.Select(e => (e.Id, e.Values.GetValueOrDefault("Outcome") as string)));
        Assert.DoesNotContain("(null)", _log.AllText);
    }

    [Fact]
    public async Task AMissingScopeNamesTheAgent()
    {
        await using var issuer = await StartAsync(o => o.Scopes.Add("data.list"));
        var body = TestIssuer.Body();
        body["scopes"] = new[] { "data.list" };
        await issuer.GetDataAsync(await Wire.TokenAsync(issuer, body));

        var entry = _log.Audit[^1];
        Assert.Equal((1002, "accept", "insufficient_scope", "test-agent", "data.list"),
            (entry.Id, entry.Values["Operation"], entry.Values["Outcome"], entry.Values["AgentId"], entry.Values["Scopes"]));
    }

    [Fact]
    public void WithoutScopesAnEventSaysNothingOfAny()
    {
        using var services = new ServiceCollection().AddMetrics().AddLogging(logging => logging.AddProvider(_log)).BuildServiceProvider();
        using var telemetry = new IssuerTelemetry(services.GetRequiredService<ILoggerFactory>(),
            services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>(), TimeProvider.System);
        using var decision = new Decision(Operation.Accept);

        telemetry.Record(decision.IsRefused("insufficient_scope", "test-agent"), System.Net.IPAddress.Loopback);

        Assert.Equal("Refused to accept for agent test-agent at 127.0.0.1: insufficient_scope.", Assert.Single(_log.Audit).Text);
    }

    [Fact]
    public async Task NoSecretSignatureOrTokenIsEverLogged()
    {
        await using var issuer = await StartAsync();
        var body = TestIssuer.Signed(TestIssuer.Body());
        var signature = System.Text.Json.JsonDocument.Parse(body).RootElement.GetProperty("signature").GetString()!;
        var token = (await TestIssuer.ReadAsync(await issuer.RequestTokenAsync(body))).Text("token")!;
        await issuer.RequestTokenAsync(body);
        await issuer.RequestTokenAsync(body.Replace("data.read", "data.write"));
        await issuer.PostAsync("/v1/agent-tokens/verify", $$"""{"token":"{{token}}"}""");
        await issuer.PostAsync("/v1/agent-tokens/revoke", $$"""{"token":"{{token}}"}""");
        await issuer.GetDataAsync(token);
        await issuer.GetDataAsync(token + "x");

        Assert.Equal(7, _log.Audit.Count);
        Assert.DoesNotContain(TestIssuer.SecretText, _log.AllText);
        Assert.DoesNotContain(signature, _log.AllText, StringComparison.OrdinalIgnoreCase);
        Assert.All(token.Split('.')[1..], part => Assert.DoesNotContain(part, _log.AllText));
    }

    [Fact]
    public async Task AnAgentCannotWriteLinesOfItsOwn()
    {
        await using var issuer = await StartAsync();
        var body = TestIssuer.Body();
        body["agent_id"] = "agent\n1001 Issued token to admin\u202e";
        await issuer.RequestTokenAsync(TestIssuer.Signed(body));

        Assert.Equal("agent 1001 Issued token to admin", Assert.Single(_log.Audit).Values["AgentId"]);
    }

    [Fact]
    public async Task AStateOutOfReachIsAnErrorOfItsOwnAndLoggedOnceForAllRequests()
    {
        await using var issuer = await StartAsync(services: s => s.AddSingleton<IIssuerState>(new FailingState()));
        for (var i = 0; i < 3; i++) await issuer.RequestTokenAsync(TestIssuer.Signed(TestIssuer.Body()));

        Assert.Equal(3, _log.Audit.Count);
        var entry = _log.Audit[0];
        Assert.Equal(("temporarily_unavailable", "test-agent"), (entry.Values["Outcome"], entry.Values["AgentId"]));
        var error = Assert.Single(_log.Of("Agentdom.AspNetCore.CurrentIssuer"), e => e.Id != 2005);
        Assert.Equal((2003, LogLevel.Error), (error.Id, error.Level));
    }

    public void Dispose() => _log.Dispose();

    private Task<TestIssuer> StartAsync(Action<AgentTokenIssuerOptions>? configure = null, Action<IServiceCollection>? services = null) =>
        TestIssuer.StartAsync(configure, s =>
        {
            s.AddSingleton<ILoggerProvider>(_log);
            services?.Invoke(s);
        });
}
