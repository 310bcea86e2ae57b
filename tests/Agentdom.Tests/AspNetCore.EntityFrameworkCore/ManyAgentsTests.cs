using System.Text.RegularExpressions;
using Agentdom.AspNetCore;
using Agentdom.AspNetCore.EntityFrameworkCore;
using Agentdom.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.Tests.AspNetCoreEntityFrameworkCore;

/// <summary>The store with 100,000 agents on PostgreSQL: pages by an index, and eight writers at once.</summary>
public sealed partial class ManyAgentsTests : IAsyncLifetime
{
    private const int Agents = 100_000;
    private const int Page = AgentQuery.MaxLimit + 1;

    private AppDatabase _database = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await AppDatabase.CreateAsync(AppDatabase.Postgres);
        await using var context = _database.Open();
        // Every hundredth is disabled.
        await context.Database.ExecuteSqlAsync($"""
            INSERT INTO "AgentdomAgents"
                ("AgentId", "DisplayName", "SearchName", "Scopes", "DefaultScopes", "Disabled", "CreatedAt", "ChangedAt", "Secrets",
                "ApiKeyHashes", "Version")
            SELECT 'agent-' || lpad(i::text, 6, '0'), 'Agent ' || i, 'AGENT ' || i, 'data.read', '', i % 100 = 0, 0, 0, '', '',
                gen_random_uuid()
            FROM generate_series(0, {Agents - 1}) AS i
            """);
        await context.Database.ExecuteSqlRawAsync("""ANALYZE "AgentdomAgents" """);
    }

    public ValueTask DisposeAsync() => _database is null ? default : _database.DisposeAsync();

    [Fact]
    public async Task EveryPageReadsAsManyRowsAsItHasByAnIndex()
    {
        foreach (var disabled in new bool?[] { null, true })
        {
            var step = disabled is null ? 1 : 100;
            foreach (var start in new[] { 0, Agents / 2, Agents - (step * Page) - 1 })
            {
                var plan = await PlanAsync(new AgentQuery { After = $"agent-{start:000000}", Disabled = disabled });

                Assert.Equal($"{Page}", Assert.Single(ScannedRows().Matches(plan)).Groups["rows"].Value);
                Assert.DoesNotContain("Seq Scan", plan);
                Assert.DoesNotContain("Sort", plan);
                Assert.DoesNotContain("Rows Removed", plan);
            }
        }
        var first = await PlanAsync(new AgentQuery());
        Assert.DoesNotContain("Seq Scan", first);
        Assert.DoesNotContain("Sort", first);
    }

    [Fact]
    public async Task TheLastPageOfTheDisabledAgentsIsFound()
    {
        await using var services = _database.Services();
        var store = ActivatorUtilities.CreateInstance<EfAgentStore>(services);

        var page = await store.ListAsync(new AgentQuery { After = "agent-099800", Disabled = true });

        Assert.Equal("agent-099900", Assert.Single(page.Agents).AgentId);
        Assert.Null(page.Next);
    }

    [Fact]
    public async Task EightWritersLoseNoChange()
    {
        await using var services = _database.Services();
        var store = ActivatorUtilities.CreateInstance<EfAgentStore>(services);

        // Each writer changes 50 agents all over the table, and they meet at every one.
        const int Changed = 50;
        await Task.WhenAll(Enumerable.Range(1, 8).Select(me => Task.Run(async () =>
        {
            for (var i = 0; i < Changed; i++)
            {
                var id = $"agent-{(i + me) % Changed * (Agents / Changed):000000}";
                Assert.NotNull(await store.ChangeAsync(id, old => old with { Scopes = [.. old.Scopes, $"scope.{me}"] }));
            }
        })));

        await using var context = _database.Open();
        var scopes = await context.Set<AgentRow>().Where(static row => row.Scopes != "data.read").ToListAsync();
        Assert.Equal(Changed, scopes.Count);
        Assert.All(scopes, static row => Assert.Equal(
            [.. Enumerable.Range(1, 8).Select(static me => $"scope.{me}").Prepend("data.read")],
            row.ScopeList.Order(StringComparer.Ordinal)));
        Assert.Equal(Agents, await context.Set<AgentRow>().CountAsync());
    }

    // Runs the statement of a page, and returns how PostgreSQL did it.
    private async Task<string> PlanAsync(AgentQuery query)
    {
        await using var context = _database.Open();
        await context.Database.OpenConnectionAsync();
        await using var command = AgentTable.Page(context, query, Page).CreateDbCommand();
        command.CommandText = "EXPLAIN (ANALYZE, TIMING OFF) " + command.CommandText;
        var lines = new List<string>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync()) lines.Add(reader.GetString(0));
        return string.Join('\n', lines);
    }

    // Such as: Index Scan using "PK_AgentdomAgents" on "AgentdomAgents" a  (cost=…) (actual rows=101 loops=1)
    [GeneratedRegex(@"Index Scan using .*actual rows=(?<rows>\d+)(\.0+)? loops=1")]
    private static partial Regex ScannedRows();
}
