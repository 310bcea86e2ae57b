using System.Collections.Concurrent;
using Agentdom.AspNetCore;
using Agentdom.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

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

        _database.Failure = "The customers' database does not answer.";
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
    public async Task AnAnswerThatWasAskedForBeforeAChangeIsNotKept()
    {
        _database.Pause = new TaskCompletionSource();
        var log = NullLogger<CachedDirectory>.Instance;
        using var directory = new CachedDirectory(_database, log) { Lifetime = TimeSpan.FromMinutes(1) };
        var early = directory.FindAsync("A", default);

        _database.Agents["A"] = Agent("A", disabled: true);
        directory.Forget("A");
        _database.Pause.SetResult();

        Assert.False((await early)!.Disabled);
        Assert.True((await directory.FindAsync("A", default))!.Disabled);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ADirectoryMayUseScopedServices(bool isRegistered)
    {
        var key = AgentApiKey.Generate();
        _database.Agents["A"] = Agent("A", keys: [key]);
        await using var issuer = await TestIssuer.StartAsync(services: s =>
        {
            s.AddSingleton(_database);
            s.AddScoped<UnitOfWork>();
            if (isRegistered) s.AddScoped<CustomerAgents>();
            s.AddAgentTokenIssuer(static _ => { }).UseAgents<CustomerAgents>();
        },
        map: static app => app.MapPublishedAgentTokens());

        await Wire.TokenAsync(issuer, Body("A"), Secret);
        Assert.Equal(1, UnitOfWork.Disposed(_database));
        await new ManagedTokens(issuer, key).IssueAsync();
        Assert.Equal(2, UnitOfWork.Disposed(_database));
    }

    [Fact]
    public async Task AnApiKeyIsFoundAndItsTokensAreAcceptedAndOthersAreNot()
    {
        var key = AgentApiKey.Generate();
        _database.Agents["A"] = Agent("A", keys: [key]);
        await using var issuer = await StartAsync();
        var tokens = new ManagedTokens(issuer, key);

        var issued = await tokens.IssueAsync();
        Assert.Equal(200, (int)(await issuer.GetDataAsync(issued.Token)).StatusCode);
        Assert.Equal(401, (int)(await new ManagedTokens(issuer, AgentApiKey.Generate()).SendAsync("GET")).StatusCode);
    }

    [Fact]
    public async Task WhoHasAnApiKeyIsKeptAlsoIfNobodyHas()
    {
        var (key, unknown) = (AgentApiKey.Generate(), AgentApiKey.Generate());
        _database.Agents["A"] = Agent("A", keys: [key]);
        await using var issuer = await StartAsync();
        for (var i = 0; i < 10; i++)
        {
            await issuer.GetDataAsync((await new ManagedTokens(issuer, key).IssueAsync()).Token);
            Assert.Equal(401, (int)(await new ManagedTokens(issuer, unknown).SendAsync("GET")).StatusCode);
            Assert.Equal(401, (int)(await new ManagedTokens(issuer, "no key").SendAsync("GET")).StatusCode);
        }

        Assert.Equal(1, _database.Searches[AgentApiKey.HashOf(key)]);
        Assert.Equal(1, _database.Searches[AgentApiKey.HashOf(unknown)]);
        // The agent came with its key, and what is no key was not searched for.
        Assert.Equal(2, _database.Searches.Count);
    }

    [Fact]
    public async Task AKeyThatIsTakenFromTheAgentIsRefusedOnceTheAgentIsReadAgain()
    {
        var key = AgentApiKey.Generate();
        _database.Agents["A"] = Agent("A", keys: [key]);
        using var directory = new CachedDirectory(_database, NullLogger<CachedDirectory>.Instance) { Lifetime = TimeSpan.FromMinutes(1) };
        Assert.NotNull(await directory.FindByApiKeyAsync(AgentApiKey.HashOf(key), default));

        _database.Agents["A"] = Agent("A");
        Assert.NotNull(await directory.FindByApiKeyAsync(AgentApiKey.HashOf(key), default));
        directory.Forget("A");
        Assert.Null(await directory.FindByApiKeyAsync(AgentApiKey.HashOf(key), default));
    }

    [Fact]
    public async Task ANewKeysTokensAreAcceptedAtOnceWhereTheyWereIssued()
    {
        await using var issuer = await StartAsync(cacheSeconds: 60);
        await Wire.TokenAsync(issuer, Body("A"), Secret);
        // Another node has made the key, so this one still has the agent as it was.
        var key = AgentApiKey.Generate();
        _database.Agents["A"] = Agent("A", keys: [key]);

        Assert.True(await Wire.IsValidAsync(issuer, (await new ManagedTokens(issuer, key).IssueAsync()).Token));
    }

    [Fact]
    public async Task AnAgentOfTheOptionsHidesTheKeysOfTheDirectorysAgentToo()
    {
        var key = AgentApiKey.Generate();
        _database.Agents["A"] = Agent("A", keys: [key]);
        await using var issuer = await StartAsync(
            configure: o => o.Agents.Add(new RegisteredAgent { AgentId = "A", Secrets = [Secret], Scopes = ["data.read"] }));

        Assert.Equal(401, (int)(await new ManagedTokens(issuer, key).SendAsync("GET")).StatusCode);
    }

    [Fact]
    public async Task IfItIsUnavailableAKeyIsAnsweredWith503()
    {
        await using var issuer = await StartAsync(cacheSeconds: 0);
        _database.Failure = "The customers' database does not answer.";
        await Wire.AssertRefusedAsync(
            await new ManagedTokens(issuer, AgentApiKey.Generate()).SendAsync("GET"), 503, "temporarily_unavailable");
    }

    private Task<TestIssuer> StartAsync(int cacheSeconds = 5, Action<AgentTokenIssuerOptions>? configure = null) => TestIssuer.StartAsync(
        o =>
        {
            o.DirectoryCacheSeconds = cacheSeconds;
            configure?.Invoke(o);
        },
        s =>
        {
            s.AddSingleton<ILoggerProvider>(_log);
            s.AddAgentTokenIssuer(static _ => { }).UseAgents(_ => _database);
        },
        static app => app.MapPublishedAgentTokens());

    private static RegisteredAgent Agent(string agentId, string secret = Secret, bool disabled = false, string[]? keys = null) => new()
    {
        AgentId = agentId,
        Secrets = [secret],
        Scopes = ["data.read"],
        Disabled = disabled,
        ApiKeyHashes = [.. (keys ?? []).Select(AgentApiKey.HashOf)],
    };

    private static Dictionary<string, object?> Body(string agentId) => new(TestIssuer.Body()) { ["agent_id"] = agentId };

    private static async Task<string?> RefusalAsync(TestIssuer issuer, string agentId, string secret)
    {
        using var answer = await issuer.RequestTokenAsync(TestIssuer.Signed(Body(agentId), secret));
        return (await TestIssuer.ReadAsync(answer)).Text("error");
    }

    /// <summary>What an app's own directory stands on. It counts the searches and can fail.</summary>
    private sealed class CustomerDatabase : IAgentDirectory
    {
        internal ConcurrentDictionary<string, RegisteredAgent> Agents { get; } = new();

        internal ConcurrentDictionary<string, int> Searches { get; } = new();

        internal int EndedUnits;

        internal string? Failure { get; set; }

        /// <summary>What an answer waits for after it was read.</summary>
        internal TaskCompletionSource? Pause { get; set; }

        public async ValueTask<RegisteredAgent?> FindAsync(string agentId, CancellationToken cancel)
        {
            if (Failure is not null) throw new IssuerStateException(Failure);
            Searches.AddOrUpdate(agentId, 1, static (_, count) => count + 1);
            var agent = Agents.GetValueOrDefault(agentId);
            if (Pause is not null) await Pause.Task;
            return agent;
        }

        // As a database that ignores case would.
        public ValueTask<RegisteredAgent?> FindByApiKeyAsync(string apiKeyHash, CancellationToken cancel)
        {
            if (Failure is not null) throw new IssuerStateException(Failure);
            Searches.AddOrUpdate(apiKeyHash, 1, static (_, count) => count + 1);
            return new(Agents.Values.FirstOrDefault(
                agent => agent.ApiKeyHashes.Contains(apiKeyHash, StringComparer.OrdinalIgnoreCase)));
        }
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

        public ValueTask<RegisteredAgent?> FindByApiKeyAsync(string apiKeyHash, CancellationToken cancel) =>
            unit.Database.FindByApiKeyAsync(apiKeyHash, cancel);
    }
}
