using System.Security.Cryptography;
using Agentdom.AspNetCore;
using Agentdom.AspNetCore.EntityFrameworkCore;
using Agentdom.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.Tests.AspNetCoreEntityFrameworkCore;

/// <summary>The store of agents in the app's database, on each kind of database.</summary>
public sealed class AgentStoreTests : IAsyncDisposable
{
    private const string Shared = "a secret that the agent had before, of more than 32 bytes";

    private static readonly AgentSettings s_settings = new() { Scopes = ["data.read"] };

    private readonly ManualTime _time = new();
    private readonly List<IAsyncDisposable> _opened = [];
    private AppDatabase _database = null!;

    public async ValueTask DisposeAsync()
    {
        foreach (var opened in Enumerable.Reverse(_opened)) await opened.DisposeAsync();
        if (_database is not null) await _database.DisposeAsync();
    }

    [Theory]
    [InlineData(AppDatabase.Sqlite)]
    [InlineData(AppDatabase.Postgres)]
    public async Task EverySettingIsStoredAndFound(string kind)
    {
        var (store, directory) = await OpenAsync(kind);
        var settings = new AgentSettings
        {
            DisplayName = "Nightly backup ☾",
            Scopes = ["data.write", "data.read"],
            MaxTokenLifetime = TimeSpan.FromMinutes(5),
            RequestsPerMinute = 7,
        };

        var created = (await store.CreateAsync("backup", settings))!;
        Assert.Null(created.OlderSecretsExpireAt);
        Assert.Equal(43, created.Secret.Length);
        var found = (await store.FindAsync("backup"))!;
        Assert.Equivalent(settings, found.Settings, strict: true);
        Assert.Equivalent(found, created.Agent, strict: true);
        Assert.Equal((_time.GetUtcNow(), _time.GetUtcNow()), (found.CreatedAt, found.ChangedAt));

        var agent = (await directory.FindAsync("backup", default))!;
        Assert.Equal(("backup", settings.DisplayName, TimeSpan.FromMinutes(5), 7, false, null),
            (agent.AgentId, agent.DisplayName, agent.MaxTokenLifetime, agent.RequestsPerMinute, agent.Disabled, agent.TokensValidFrom));
        Assert.Equal(settings.Scopes, agent.Scopes);
        Assert.Equal([created.Secret], agent.Secrets);
    }

    [Theory]
    [InlineData(AppDatabase.Sqlite)]
    [InlineData(AppDatabase.Postgres)]
    public async Task EachChangeIsSeenByEveryone(string kind)
    {
        var (store, directory) = await OpenAsync(kind);
        await store.CreateAsync("a", s_settings);
        _time.Advance(10);

        var changed = (await store.ChangeAsync("a", static old => old with { DisplayName = "A", Scopes = [.. old.Scopes, "data.write"] }))!;
        Assert.Equal(_time.GetUtcNow(), changed.ChangedAt);
        Assert.Equal(["data.read", "data.write"], (await directory.FindAsync("a", default))!.Scopes);

        Assert.True((await store.SetDisabledAsync("a", true))!.Disabled);
        Assert.True((await directory.FindAsync("a", default))!.Disabled);
        Assert.False((await store.SetDisabledAsync("a", false))!.Disabled);

        var now = _time.GetUtcNow();
        Assert.Equal(now, (await store.VoidTokensAsync("a"))!.TokensValidFrom);
        Assert.Equal(now, (await store.VoidTokensAsync("a", now.AddMinutes(-1)))!.TokensValidFrom);
        await Assert.ThrowsAsync<ArgumentException>(() => store.VoidTokensAsync("a", now.AddSeconds(1)));
        Assert.Equal(now, (await directory.FindAsync("a", default))!.TokensValidFrom);

        Assert.True(await store.DeleteAsync("a"));
        Assert.Null(await directory.FindAsync("a", default));
    }

    [Theory]
    [InlineData(AppDatabase.Sqlite)]
    [InlineData(AppDatabase.Postgres)]
    public async Task AnAgentThatIsNotThereIsNeitherFoundNorChanged(string kind)
    {
        var (store, directory) = await OpenAsync(kind);
        await store.CreateAsync("a", s_settings);
        await store.CreateAsync("deleted", s_settings);
        Assert.True(await store.DeleteAsync("deleted"));

        foreach (var id in new[] { "A", "a ", "deleted", "b\0", "\ud800", new string('x', 256) })
        {
            Assert.Null(await directory.FindAsync(id, default));
            Assert.Null(await store.FindAsync(id));
            Assert.Null(await store.ChangeAsync(id, static _ => throw new InvalidOperationException("It must not be called.")));
            Assert.Null(await store.RotateSecretAsync(id, TimeSpan.Zero));
            Assert.Null(await store.SetDisabledAsync(id, true));
            Assert.Null(await store.VoidTokensAsync(id));
            Assert.False(await store.DeleteAsync(id));
        }
        Assert.Equal(["a"], (await store.ListAsync(new AgentQuery())).Agents.Select(static agent => agent.AgentId));
    }

    [Theory]
    [InlineData(AppDatabase.Sqlite)]
    [InlineData(AppDatabase.Postgres)]
    public async Task AnIdIsTakenOnceHoweverManyCreateItAtTheSameTime(string kind)
    {
        var (store, directory) = await OpenAsync(kind);

        var created = await AtOnceAsync(8, () => store.CreateAsync("a", s_settings));

        var secret = Assert.Single(created, static agent => agent is not null)!.Secret;
        Assert.Equal([secret], await SecretsAsync(directory));
        Assert.Null(await store.CreateAsync("a", s_settings));
        Assert.NotNull(await store.CreateAsync("A", s_settings));
    }

    [Theory]
    [InlineData(AppDatabase.Sqlite)]
    [InlineData(AppDatabase.Postgres)]
    public async Task WhatNoDatabaseCanStoreIsRefused(string kind)
    {
        var (store, _) = await OpenAsync(kind);
        await store.CreateAsync("a", s_settings);

        foreach (var text in new[] { "b\0", "\udfff" })
        {
            await Assert.ThrowsAsync<ArgumentException>(() => store.CreateAsync(text, s_settings));
            await Assert.ThrowsAsync<ArgumentException>(() => store.CreateAsync("b", s_settings with { DisplayName = text }));
            await Assert.ThrowsAsync<ArgumentException>(() => store.ChangeAsync("a", old => old with { DisplayName = text }));
            await Assert.ThrowsAsync<ArgumentException>(() => store.ListAsync(new AgentQuery { Name = text }));
        }
    }

    [Theory]
    [InlineData(AppDatabase.Sqlite)]
    [InlineData(AppDatabase.Postgres)]
    public async Task EightWritersOnManyAgentsLoseNoChange(string kind)
    {
        const int Agents = 25;
        var (store, _) = await OpenAsync(kind);
        // SQLite is for one node: the writers of two would wait for each other without a queue, and give up on a busy machine.
        var other = kind == AppDatabase.Sqlite ? store : Node().Store;
        for (var i = 0; i < Agents; i++) await store.CreateAsync($"agent-{i}", s_settings);

        var writer = 0;
        await AtOnceAsync(8, async () =>
        {
            var me = Interlocked.Increment(ref writer);
            for (var i = 0; i < Agents; i++)
            {
                var changed = await (me % 2 == 0 ? store : other).ChangeAsync(
                    $"agent-{(i + (me * 3)) % Agents}", old => old with { Scopes = [.. old.Scopes, $"scope.{me}"] });
                Assert.NotNull(changed);
            }
            return true;
        });

        var all = (await store.ListAsync(new AgentQuery())).Agents;
        Assert.Equal(Agents, all.Count);
        Assert.All(all, static agent => Assert.Equal(
            [.. Enumerable.Range(1, 8).Select(static me => $"scope.{me}").Prepend("data.read")],
            agent.Settings.Scopes.Order(StringComparer.Ordinal)));
    }

    [Theory]
    [InlineData(AppDatabase.Sqlite)]
    [InlineData(AppDatabase.Postgres)]
    public async Task EightWritersOnOneAgentLoseNoChange(string kind)
    {
        var (store, directory) = await OpenAsync(kind);
        await store.CreateAsync("a", s_settings);

        var next = 0;
        await AtOnceAsync(8, async () =>
        {
            for (var i = 0; i < 8; i++)
            {
                var scope = $"scope.{Interlocked.Increment(ref next):00}";
                await store.ChangeAsync("a", old => old with { Scopes = [.. old.Scopes, scope] });
            }
            return true;
        });

        Assert.Equal(
            [.. Enumerable.Range(1, 64).Select(static i => $"scope.{i:00}").Prepend("data.read")],
            (await directory.FindAsync("a", default))!.Scopes.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(AppDatabase.Sqlite)]
    [InlineData(AppDatabase.Postgres)]
    public async Task PagesHaveEachAgentOnceAndInOrder(string kind)
    {
        const int Agents = 3000;
        var (store, _) = await OpenAsync(kind);
        await using (var context = _database.Open())
        {
            context.AddRange(Enumerable.Range(0, Agents).Select(static i => new AgentRow
            {
                AgentId = $"agent-{i * 7919 % Agents:0000}",
                Scopes = "data.read",
                Secrets = "",
                Disabled = i % 10 == 0,
                DisplayName = i % 3 == 0 ? $"Übung {i}" : null,
                SearchName = i % 3 == 0 ? $"ÜBUNG {i}" : null,
                DeletedAt = i % 100 == 99 ? 1 : null,
                Version = Guid.NewGuid(),
            }));
            await context.SaveChangesAsync();
        }

        var all = await PagesAsync(store, new AgentQuery { Limit = 17 });
        Assert.Equal(Agents - 30, all.Count);
        Assert.Equal(all.Select(static agent => agent.AgentId).Distinct().Order(StringComparer.Ordinal), all.Select(static a => a.AgentId));
        Assert.Equal(300, (await PagesAsync(store, new AgentQuery { Disabled = true })).Count);
        Assert.Equal(Agents - 330, (await PagesAsync(store, new AgentQuery { Disabled = false })).Count);
        // Every third has a name, and of those with 99 at their end, 10 are deleted.
        Assert.Equal(990, (await PagesAsync(store, new AgentQuery { Name = "übung" })).Count);
        Assert.Equal(990, (await PagesAsync(store, new AgentQuery { Name = "ÜB" })).Count);
        Assert.Empty((await store.ListAsync(new AgentQuery { Name = "%" })).Agents);
        Assert.Single((await store.ListAsync(new AgentQuery { Name = "ng 2997" })).Agents);
        await Assert.ThrowsAsync<ArgumentException>(() => store.ListAsync(new AgentQuery { Limit = 0 }));
        await Assert.ThrowsAsync<ArgumentException>(() => store.ListAsync(new AgentQuery { Limit = AgentQuery.MaxLimit + 1 }));
    }

    [Theory]
    [InlineData(AppDatabase.Sqlite)]
    [InlineData(AppDatabase.Postgres)]
    public async Task AfterARotationTheOlderSecretsEndInTime(string kind)
    {
        var (store, directory) = await OpenAsync(kind);
        var first = (await store.CreateAsync("a", s_settings))!.Secret;
        var start = _time.GetUtcNow();

        var second = (await store.RotateSecretAsync("a", TimeSpan.FromMinutes(10)))!;
        Assert.Equal(start.AddMinutes(10), second.OlderSecretsExpireAt);
        Assert.Equal([second.Secret, first], await SecretsAsync(directory));

        // The first one is not prolonged.
        _time.Advance(5 * 60);
        var third = (await store.RotateSecretAsync("a", TimeSpan.FromMinutes(60)))!;
        Assert.Equal(start.AddMinutes(65), third.OlderSecretsExpireAt);
        Assert.Equal([third.Secret, second.Secret, first], await SecretsAsync(directory));
        _time.Advance((5 * 60) - 1);
        Assert.Equal([third.Secret, second.Secret, first], await SecretsAsync(directory));
        _time.Advance(1);
        Assert.Equal([third.Secret, second.Secret], await SecretsAsync(directory));

        // Any write removes what has expired.
        Assert.Equal(3, await StoredAsync());
        await store.SetDisabledAsync("a", true);
        Assert.Equal(2, await StoredAsync());

        // None is left.
        var fourth = (await store.RotateSecretAsync("a", TimeSpan.Zero))!;
        Assert.Null(fourth.OlderSecretsExpireAt);
        Assert.Equal([fourth.Secret], await SecretsAsync(directory));
        Assert.Equal(1, await StoredAsync());
    }

    [Theory]
    [InlineData(AppDatabase.Sqlite)]
    [InlineData(AppDatabase.Postgres)]
    public async Task AnAgentHasAtMostFourValidSecrets(string kind)
    {
        var (store, directory) = await OpenAsync(kind);
        await store.CreateAsync("a", s_settings);
        for (var i = 0; i < 3; i++) await store.RotateSecretAsync("a", TimeSpan.FromHours(1));
        var four = await SecretsAsync(directory);

        await Assert.ThrowsAsync<InvalidOperationException>(() => store.RotateSecretAsync("a", TimeSpan.FromMinutes(1)));
        Assert.Equal(four, await SecretsAsync(directory));
        foreach (var wrong in new[] { TimeSpan.FromTicks(-1), TimeSpan.FromDays(366.1) })
            await Assert.ThrowsAsync<ArgumentException>(() => store.RotateSecretAsync("a", wrong));

        _time.Advance(60 * 60);
        await store.RotateSecretAsync("a", TimeSpan.FromMinutes(1));
        Assert.Equal(2, (await SecretsAsync(directory)).Count);
    }

    [Theory]
    [InlineData(AppDatabase.Sqlite)]
    [InlineData(AppDatabase.Postgres)]
    public async Task AnAgentKeepsTheSecretThatItHadBefore(string kind)
    {
        var (store, directory) = await OpenAsync(kind);
        var end = _time.GetUtcNow().AddHours(1);

        var created = (await store.CreateAsync("a", s_settings, new OlderSecret { Secret = Shared, ExpiresAt = end }))!;

        Assert.Equal(end, created.OlderSecretsExpireAt);
        Assert.Equal([created.Secret, Shared], await SecretsAsync(directory));
        _time.Advance(60 * 60);
        Assert.Equal([created.Secret], await SecretsAsync(directory));
    }

    [Theory]
    [InlineData(AppDatabase.Sqlite)]
    [InlineData(AppDatabase.Postgres)]
    public async Task TheTokensOfADeletedAgentStayInvalidAlsoIfItIsCreatedAgain(string kind)
    {
        _database = await AppDatabase.CreateAsync(kind);
        await using var issuer = await TestIssuer.StartAsync(
            static o => o.DirectoryCacheSeconds = 0,
            s =>
            {
                s.AddSingleton<TimeProvider>(_time);
                _database.AddTo(s);
            });
        var store = issuer.Service<IAgentStore>();
        var older = new OlderSecret { Secret = Shared };
        await store.CreateAsync("a", s_settings, older);
        _time.Advance(2);
        var token = await Wire.TokenAsync(issuer, Body(), Shared);
        Assert.True(await Wire.IsValidAsync(issuer, token));

        Assert.True(await store.DeleteAsync("a"));
        await Wire.AssertNotValidAsync(issuer, token);
        await store.CreateAsync("a", s_settings, older);

        await Wire.AssertNotValidAsync(issuer, token);
        _time.Advance(2);
        Assert.True(await Wire.IsValidAsync(issuer, await Wire.TokenAsync(issuer, Body(), Shared)));
        await Wire.AssertNotValidAsync(issuer, token);

        // Once no token of its can be valid any more, nothing is left of a deleted agent.
        Assert.True(await store.DeleteAsync("a"));
        _time.Advance(8 * 86400);
        await store.CreateAsync("b", s_settings);
        Assert.True(await store.DeleteAsync("b"));
        await using var context = _database.Open();
        Assert.Equal("b", (await context.Set<AgentRow>().SingleAsync()).AgentId);
    }

    [Fact]
    public async Task ATokenThatAnotherNodeIssuedAfterTheDeletionIsInvalidToo()
    {
        _database = await AppDatabase.CreateAsync(AppDatabase.Sqlite);
        // This node keeps what it has read, and the other one changes the database.
        await using var issuer = await TestIssuer.StartAsync(
            static o => o.DirectoryCacheSeconds = 60,
            s =>
            {
                s.AddSingleton<TimeProvider>(_time);
                _database.AddTo(s);
            });
        var other = Node().Store;
        var older = new OlderSecret { Secret = Shared };
        await other.CreateAsync("a", s_settings, older);
        Assert.True(await Wire.IsValidAsync(issuer, await Wire.TokenAsync(issuer, Body(), Shared)));

        Assert.True(await other.DeleteAsync("a"));
        _time.Advance(3);
        var token = await Wire.TokenAsync(issuer, Body(), Shared);
        _time.Advance(57);
        var created = (await other.CreateAsync("a", s_settings, older))!;

        Assert.InRange(created.Agent.TokensValidFrom!.Value, _time.GetUtcNow(), _time.GetUtcNow().AddSeconds(1));
        issuer.Service<CachedDirectory>().Forget("a");
        await Wire.AssertNotValidAsync(issuer, token);
        _time.Advance(2);
        Assert.True(await Wire.IsValidAsync(issuer, await Wire.TokenAsync(issuer, Body(), Shared)));
    }

    [Theory]
    [InlineData(AppDatabase.Sqlite)]
    [InlineData(AppDatabase.Postgres)]
    public async Task ADeletionSucceedsAlsoIfOldMarksCannotBeRemoved(string kind)
    {
        var (store, directory) = await OpenAsync(kind);
        await store.CreateAsync("a", s_settings);
        await store.CreateAsync("b", s_settings);
        Assert.True(await store.DeleteAsync("a"));
        _time.Advance(8 * 86400);
        await using var context = _database.Open();
        await context.Database.ExecuteSqlRawAsync(kind == AppDatabase.Sqlite
            ? """CREATE TRIGGER keep BEFORE DELETE ON "AgentdomAgents" BEGIN SELECT RAISE(ABORT, 'not now'); END"""
            : """
              CREATE FUNCTION keep() RETURNS trigger AS 'BEGIN RAISE ''not now''; END' LANGUAGE plpgsql;
              CREATE TRIGGER keep BEFORE DELETE ON "AgentdomAgents" FOR EACH ROW EXECUTE FUNCTION keep();
              """);

        Assert.True(await store.DeleteAsync("b"));

        Assert.Null(await directory.FindAsync("b", default));
        Assert.Equal(2, await context.Set<AgentRow>().CountAsync());
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task AChangeGetsPastBusyAgents(string kind)
    {
        var (store, _) = await OpenAsync(kind);
        await store.CreateAsync("a", s_settings);
        var state = ((IServiceProvider)_opened[^1]).GetRequiredService<IIssuerState>();
        var isOver = false;
        var busy = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!Volatile.Read(ref isOver))
                await state.TryRememberAsync(RandomNumberGenerator.GetBytes(32), _time.GetUtcNow().AddMinutes(5), default);
        })));

        for (var i = 0; i < 100; i++) Assert.NotNull(await store.SetDisabledAsync("a", i % 2 == 0));

        Volatile.Write(ref isOver, true);
        await busy;
    }

    private async Task<(IAgentStore Store, IAgentDirectory Directory)> OpenAsync(string kind)
    {
        _database = await AppDatabase.CreateAsync(kind);
        return Node();
    }

    private (IAgentStore Store, IAgentDirectory Directory) Node()
    {
        var services = _database.Services(s => s.AddSingleton<TimeProvider>(_time));
        _opened.Add(services);
        // Without the checks of the service, which are the same for every store.
        return (ActivatorUtilities.CreateInstance<EfAgentStore>(services), ActivatorUtilities.CreateInstance<EfAgentDirectory>(services));
    }

    private static async Task<IList<string>> SecretsAsync(IAgentDirectory directory) =>
        (await directory.FindAsync("a", default))!.Secrets;

    /// <summary>How many secrets of the agent are in the database.</summary>
    private async Task<int> StoredAsync()
    {
        await using var context = _database.Open();
        var row = await context.Set<AgentRow>().SingleAsync(static row => row.AgentId == "a");
        await using var services = _database.Services();
        return services.GetRequiredService<SecretColumn>().Decrypt(row).Count;
    }

    private static async Task<List<AgentRecord>> PagesAsync(IAgentStore store, AgentQuery query)
    {
        var all = new List<AgentRecord>();
        AgentPage page;
        do
        {
            page = await store.ListAsync(query);
            Assert.InRange(page.Agents.Count, page.Next is null ? 0 : query.Limit, query.Limit);
            all.AddRange(page.Agents);
            query = query with { After = page.Next };
        }
        while (page.Next is not null);
        return all;
    }

    private static Task<T[]> AtOnceAsync<T>(int count, Func<Task<T>> call) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(_ => Task.Run(call)));

    private Dictionary<string, object?> Body() => new(TestIssuer.Body())
    {
        ["agent_id"] = "a",
        ["timestamp"] = _time.Milliseconds + Random.Shared.Next(-1000, 1000),
    };
}
