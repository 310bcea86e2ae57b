using Agentdom.AspNetCore;
using Agentdom.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Agentdom.Tests.AspNetCore;

/// <summary>An app's own directory of agents, and how long its answers are kept.</summary>
public sealed class DirectoryTests : IDisposable
{
    private const string Secret = "the secret of an agent, more than 32 bytes";

    private readonly CustomerDatabase _database = new();
    private readonly LogCapture _log = new();

    public DirectoryTests() => _database.Agents["A"] = Agent("A");

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task ItsAgentsGetTokensAndOthersDoNot()
    {
        await using var issuer = await StartAsync();

        Assert.Equal(200, (int)(await issuer.GetDataAsync(await Wire.TokenAsync(issuer, Body("A"), Secret))).StatusCode);
        Assert.Equal("invalid_signature", await RefusalAsync(issuer, "B", Secret));
        Assert.Equal("invalid_signature", await RefusalAsync(issuer, "B", TestIssuer.SecretText));
    }

    [Fact]
    public async Task AnAnswerIsKeptAlsoIfTheAgentIsUnknown()
    {
        await using var issuer = await StartAsync();
        for (var i = 0; i < 10; i++)
        {
            await issuer.GetDataAsync(await Wire.TokenAsync(issuer, Body("A"), Secret));
            await RefusalAsync(issuer, "B", Secret);
        }

        Assert.Equal(1, _database.Searches["A"]);
        Assert.Equal(1, _database.Searches["B"]);
    }

    [Fact]
    public async Task DisablingAnAgentIsInForceWithinTheSecondsOfTheCache()
    {
        await using var issuer = await StartAsync(cacheSeconds: 1);
        var token = await Wire.TokenAsync(issuer, Body("A"), Secret);

        _database.Agents["A"] = Agent("A", disabled: true);
        await Task.Delay(TimeSpan.FromSeconds(1.1), TestContext.Current.CancellationToken);

        await Wire.AssertNotValidAsync(issuer, token);
        Assert.Equal(401, (int)(await issuer.GetDataAsync(token)).StatusCode);
        Assert.Equal("invalid_signature", await RefusalAsync(issuer, "A", Secret));
    }

    [Fact]
    public async Task WithoutACacheItIsInForceAtOnce()
    {
        await using var issuer = await StartAsync(cacheSeconds: 0);
        var token = await Wire.TokenAsync(issuer, Body("A"), Secret);

        _database.Agents.Clear();

        await Wire.AssertNotValidAsync(issuer, token);
    }

    [Fact]
    public async Task AnAgentWithAnotherIdThanTheRequestedOneIsIgnored()
    {
        // A database may compare without regard to case.
        _database.Agents["a"] = Agent("A");
        await using var issuer = await StartAsync();

        Assert.Equal("invalid_signature", await RefusalAsync(issuer, "a", Secret));
    }

    [Fact]
    public async Task IfItIsUnavailableNothingIsIssuedOrAcceptedAndItRecovers()
    {
        await using var issuer = await StartAsync(cacheSeconds: 0);
        var token = await Wire.TokenAsync(issuer, Body("A"), Secret);

        _database.Failure = new IssuerStateException("The customers' database does not answer.");
        Assert.Equal("temporarily_unavailable", await RefusalAsync(issuer, "A", Secret));
        Assert.Equal(503, (int)(await Wire.VerifyAsync(issuer, token)).StatusCode);
        Assert.Equal(503, (int)(await issuer.GetDataAsync(token)).StatusCode);
        _database.Failure = null;

        Assert.True(await Wire.IsValidAsync(issuer, token));
        Assert.Equal([2003, 2004], _log.Of("Agentdom.AspNetCore.CachedDirectory").Select(static e => e.Id));
    }

    [Fact]
    public async Task ASecretThatIsTooShortIsAnErrorOfTheDirectory()
    {
        _database.Agents["A"] = Agent("A", "short and secret");
        await using var issuer = await StartAsync();

        Assert.Equal("temporarily_unavailable", await RefusalAsync(issuer, "A", "short and secret"));
        Assert.DoesNotContain("short and secret", _log.AllText);
    }

    [Fact]
    public async Task AgentsOfTheOptionsComeFirst()
    {
        const string Other = "the secret in the options, more than 32 bytes";
        await using var issuer = await StartAsync(
            configure: o => o.Agents.Add(new RegisteredAgent { AgentId = "A", Secrets = [Other], Scopes = ["data.read"] }));

        await Wire.TokenAsync(issuer, Body("A"), Other);
        Assert.Equal("invalid_signature", await RefusalAsync(issuer, "A", Secret));
        Assert.Empty(_database.Searches);
    }

    [Fact]
    public async Task SettingTheClockBackDoesNotExtendTheSecondsOfTheCache()
    {
        var time = new TwoClocks();
        await using var issuer = await StartAsync(services: s => s.AddSingleton<TimeProvider>(time));
        await Wire.TokenAsync(issuer, Body("A"), Secret);

        _database.Agents["A"] = Agent("A", disabled: true);
        time.Set(-60);
        time.Pass(5);

        Assert.Equal("invalid_signature", await RefusalAsync(issuer, "A", Secret));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public async Task WhateverItThrowsIsAn503WithoutItsText(int cacheSeconds)
    {
        await using var issuer = await StartAsync(cacheSeconds);
        _database.Agents["B"] = Agent("B");
        var token = await Wire.TokenAsync(issuer, Body("B"), Secret);

        _database.Failure = new InvalidOperationException("Host=db;Password=hunter2", new TimeoutException("hunter2"));
        await AssertUnavailableAsync(await issuer.RequestTokenAsync(TestIssuer.Signed(Body("A"), Secret)));
        await AssertUnavailableAsync(await issuer.PostAsync("/v1/agent-tokens", """{"agent_id":"C","signature":"none"}"""));
        if (cacheSeconds == 0)
        {
            await AssertUnavailableAsync(await Wire.VerifyAsync(issuer, token));
            Assert.Equal(503, (int)(await issuer.GetDataAsync(token)).StatusCode);
        }
        _database.Failure = null;

        await Wire.TokenAsync(issuer, Body("A"), Secret);
        var entries = _log.Of("Agentdom.AspNetCore.CachedDirectory");
        Assert.Equal([2003, 2004], entries.Select(static e => e.Id));
        Assert.Contains("failed (InvalidOperationException: TimeoutException)", entries[0].Text);
        Assert.DoesNotContain("hunter2", _log.AllText);
    }

    [Fact]
    public async Task AnAgentWithoutListsIsRefused()
    {
        _database.Agents["A"] = new RegisteredAgent { AgentId = "A", Secrets = null!, Scopes = ["data.read"] };
        _database.Agents["B"] = new RegisteredAgent { AgentId = "B", Secrets = [Secret], Scopes = null! };
        await using var issuer = await StartAsync();

        Assert.Equal("invalid_signature", await RefusalAsync(issuer, "A", Secret));
        Assert.Equal("invalid_scope", await RefusalAsync(issuer, "B", Secret));
    }

    [Theory]
    [InlineData("\0")]
    [InlineData("A\0")]
    [InlineData("A\n")]
    [InlineData("A\u0085")]
    public async Task ItIsNotAskedForIdsThatADatabaseCannotStore(string agentId)
    {
        await using var issuer = await StartAsync(configure: static o => o.AllowUnregisteredAgents = true);
        _database.Failure = new InvalidOperationException("invalid byte sequence for encoding \"UTF8\": 0x00");

        Assert.Equal("invalid_signature", await RefusalAsync(issuer, agentId, Secret));
        Assert.True(await Wire.IsValidAsync(issuer, await Wire.TokenAsync(issuer, Body(agentId))));
        Assert.Empty(_log.Of("Agentdom.AspNetCore.CachedDirectory"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ADirectoryMayUseScopedServices(bool isRegistered)
    {
        await using var issuer = await TestIssuer.StartAsync(services: s =>
        {
            s.AddSingleton(_database);
            s.AddScoped<UnitOfWork>();
            if (isRegistered) s.AddScoped<CustomerAgents>();
            s.AddAgentTokenIssuer(static _ => { }).UseAgents<CustomerAgents>();
        });

        await Wire.TokenAsync(issuer, Body("A"), Secret);
        Assert.Equal(1, UnitOfWork.Disposed(_database));
    }

    private Task<TestIssuer> StartAsync(
        int cacheSeconds = 5, Action<AgentTokenIssuerOptions>? configure = null, Action<IServiceCollection>? services = null) =>
        TestIssuer.StartAsync(
            o =>
            {
                o.DirectoryCacheSeconds = cacheSeconds;
                configure?.Invoke(o);
            },
            s =>
            {
                services?.Invoke(s);
                s.AddSingleton<ILoggerProvider>(_log);
                s.AddAgentTokenIssuer(static _ => { }).UseAgents(_ => _database);
            });

    private static RegisteredAgent Agent(string agentId, string secret = Secret, bool disabled = false) =>
        new() { AgentId = agentId, Secrets = [secret], Scopes = ["data.read"], Disabled = disabled };

    private static async Task AssertUnavailableAsync(HttpResponseMessage answer)
    {
        using (answer) await Wire.AssertRefusedAsync(answer, 503, "temporarily_unavailable");
    }

    private static Dictionary<string, object?> Body(string agentId) => new(TestIssuer.Body()) { ["agent_id"] = agentId };

    private static async Task<string?> RefusalAsync(TestIssuer issuer, string agentId, string secret)
    {
        using var answer = await issuer.RequestTokenAsync(TestIssuer.Signed(Body(agentId), secret));
        return (await TestIssuer.ReadAsync(answer)).Text("error");
    }

    private sealed class UnitOfWork(CustomerDatabase database) : IDisposable
    {
        internal CustomerDatabase Database => database;

        public void Dispose() => Interlocked.Increment(ref database.EndedUnits);

        internal static int Disposed(CustomerDatabase database) => database.EndedUnits;
    }

    private sealed class CustomerAgents(UnitOfWork unit) : IAgentDirectory
    {
        public ValueTask<RegisteredAgent?> FindAsync(string agentId, CancellationToken cancel) => unit.Database.FindAsync(agentId, cancel);
    }
}
