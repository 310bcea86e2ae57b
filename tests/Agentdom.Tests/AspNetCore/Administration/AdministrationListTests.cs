using Agentdom.AspNetCore;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.AspNetCore;

/// <summary>The list of agents over HTTP: pages and filters.</summary>
public sealed class AdministrationListTests
{
    [Theory]
    [InlineData("")]
    [InlineData("limit=100")]
    [InlineData("limit=7")]
    public async Task PagesHaveEachAgentOnceInOrder(string limit)
    {
        await using var issuer = await AdministeredIssuer.StartAsync();
        var ids = Enumerable.Range(0, 230).Select(static i => $"agent-{i}").Order(StringComparer.Ordinal).ToList();
        foreach (var id in ids.OrderBy(static id => id[^1])) await issuer.Store.CreateAsync(id, Settings());

        var (listed, pages) = await AllAsync(issuer, limit);

        Assert.Equal(ids, listed);
        Assert.Equal(limit == "limit=7" ? 33 : 3, pages);
    }

    [Fact]
    public async Task AnEmptyListAndALastPageThatIsFullHaveNoNext()
    {
        await using var issuer = await AdministeredIssuer.StartAsync();
        Assert.Equal("""{"agents":[],"next":null}""", CanonicalJson.FromValue(await issuer.CallAsync("GET", "/")));

        foreach (var id in new[] { "A", "B" }) await issuer.Store.CreateAsync(id, Settings());
        Assert.Null((await issuer.CallAsync("GET", "?limit=2"))["next"]);
    }

    [Fact]
    public async Task FiltersApplyToEveryPage()
    {
        await using var issuer = await AdministeredIssuer.StartAsync();
        for (var i = 0; i < 20; i++)
        {
            await issuer.Store.CreateAsync($"agent-{i:00}", Settings(i % 2 == 0 ? $"Nightly 100% sync_{i}" : null));
            if (i % 5 == 0) await issuer.Store.SetDisabledAsync($"agent-{i:00}", true);
        }

        Assert.Equal(["agent-00", "agent-05", "agent-10", "agent-15"], (await AllAsync(issuer, "disabled=true&limit=3")).Ids);
        Assert.Equal(16, (await AllAsync(issuer, "disabled=false&limit=3")).Ids.Count);
        Assert.Equal(10, (await AllAsync(issuer, "name=NIGHTLY&limit=3")).Ids.Count);
        Assert.Equal(["agent-00", "agent-10"], (await AllAsync(issuer, "name=nightly&disabled=true&limit=1")).Ids);
        // Characters that a database may give a meaning are only characters.
        Assert.Equal(10, (await AllAsync(issuer, "name=100%25%20sync_")).Ids.Count);
        Assert.Empty((await AllAsync(issuer, "name=100_")).Ids);
        Assert.Empty((await AllAsync(issuer, "name=%25sync")).Ids);
    }

    [Theory]
    [InlineData("limit=0", "'limit' must be 1 to 100")]
    [InlineData("limit=101", "'limit' must be 1 to 100")]
    [InlineData("limit=-1", "'limit' must be 1 to 100")]
    [InlineData("limit=ten", "'limit' must be 1 to 100")]
    [InlineData("limit=1&limit=2", "'limit' is there 2 times")]
    [InlineData("disabled=yes", "'disabled' must be true or false")]
    [InlineData("disable=true", "'disable' is not a parameter of the list, which has 'limit', 'after', 'disabled', 'name'")]
    public async Task AWrongFilterIsRefused(string query, string problem)
    {
        await using var issuer = await AdministeredIssuer.StartAsync();
        Assert.Contains(problem, await issuer.RefusedAsync(400, "invalid_request", "GET", "?" + query));
    }

    private static AgentSettings Settings(string? name = null) => new() { DisplayName = name, Scopes = ["data.read"] };

    private static async Task<(List<string> Ids, int Pages)> AllAsync(AdministeredIssuer issuer, string query)
    {
        var (ids, pages, after) = (new List<string>(), 0, "");
        do
        {
            var page = await issuer.CallAsync("GET", $"?{query}{after}");
            ids.AddRange(((List<object?>)page["agents"]!).Select(static agent => ((JsonObject)agent!).Text("agent_id")!));
            after = page["next"] is string next ? "&after=" + Uri.EscapeDataString(next) : null;
            pages++;
        }
        while (after is not null);
        return (ids, pages);
    }
}
