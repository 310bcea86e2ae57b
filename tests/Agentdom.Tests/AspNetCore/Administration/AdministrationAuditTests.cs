using Agentdom.AspNetCore;
using Agentdom.Tests.Silence;
using Agentdom.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace Agentdom.Tests.AspNetCore;

/// <summary>The audit of the administration: one event for each change and for each refused one, and never a secret.</summary>
public sealed class AdministrationAuditTests
{
    private const string Older = "the secret that all agents share until now";

    [Fact]
    public async Task EachChangeIsOneEvent()
    {
        await using var issuer = await AdministeredIssuer.StartAsync();
        await issuer.CallAsync("POST", "", $$"""{"agent_id":"A","scopes":["data.read"],"older_secret":"{{Older}}"}""", 201);
        await issuer.CallAsync("PATCH", "/A", """{"scopes":["data.read","data.write"]}""");
        await issuer.CallAsync("POST", "/A/rotate-secret");
        await issuer.CallAsync("POST", "/A/disable");
        await issuer.CallAsync("POST", "/A/enable");
        await issuer.CallAsync("POST", "/A/void-tokens");
        await issuer.CallAsync("GET", "/A");
        await issuer.CallAsync("GET", "");
        await issuer.CallAsync("DELETE", "/A", status: 204);

        Assert.Equal(
            [
                ("create", "data.read"), ("change", "data.read data.write"), ("rotate", "data.read data.write"),
                ("disable", "data.read data.write"), ("enable", "data.read data.write"), ("void_tokens", "data.read data.write"),
                ("delete", ""),
            ],
            issuer.Log.Audit.Select(static e => ((string)e.Values["Operation"]!, (string)e.Values["Scopes"]!)));
        Assert.All(issuer.Log.Audit, static e => Assert.Equal(
            (1007, LogLevel.Information, "A", Operators.Name, "127.0.0.1"),
            (e.Id, e.Level, e.Values["AgentId"], e.Values["By"], e.Values["Address"])));
    }

    [Fact]
    public async Task EachRefusedChangeIsOneEvent()
    {
        await using var issuer = await AdministeredIssuer.StartAsync();
        await issuer.RegisterAsync("A");
        await issuer.SendAsync("POST", "", """{"agent_id":"A","scopes":["data.read"]}""");
        await issuer.SendAsync("POST", "", """{"agent_id":"B","scopes":["data.erase"]}""");
        await issuer.SendAsync("POST", "", "not JSON");
        await issuer.SendAsync("PATCH", "/A", """{"scope":["data.read"]}""");
        await issuer.SendAsync("PATCH", "/A", new string(' ', 20_000));
        await issuer.SendAsync("POST", "/A/rotate-secret", """{"overlap_seconds":-1}""");
        for (var i = 0; i < 4; i++) await issuer.SendAsync("POST", "/A/rotate-secret");
        await issuer.SendAsync("POST", "/nobody/disable");
        await issuer.SendAsync("DELETE", "/nobody");
        await issuer.WithoutTablesAsync(() => issuer.SendAsync("POST", "/A/disable"));

        var refusals = issuer.Log.Audit.Where(static e => e.Id == 1008).ToList();
        Assert.Equal(
            [
                ("create", "A", "agent_exists"), ("create", "B", "invalid_request"), ("create", null, "invalid_request"),
                ("change", "A", "invalid_request"), ("change", "A", "invalid_request"), ("rotate", "A", "invalid_request"),
                ("rotate", "A", "too_many_secrets"), ("disable", "nobody", "unknown_agent"), ("delete", "nobody", "unknown_agent"),
                ("disable", "A", "temporarily_unavailable"),
            ],
            refusals.Select(static e => (
                (string)e.Values["Operation"]!, (string?)e.Values.GetValueOrDefault("AgentId"), (string)e.Values["Outcome"]!)));
        Assert.DoesNotContain("(null)", issuer.Log.AllText);
        Assert.All(refusals, static e => Assert.Equal(
            (LogLevel.Warning, Operators.Name, "127.0.0.1"), (e.Level, e.Values["By"], e.Values["Address"])));
    }

    [Fact]
    public async Task ChangesOfTheAppsOwnCodeAreSeenToo()
    {
        await using var issuer = await AdministeredIssuer.StartAsync();
        await issuer.Store.CreateAsync("A", new AgentSettings { Scopes = ["data.read"] });

        var entry = Assert.Single(issuer.Log.Audit);
        Assert.Equal((1007, "(code)", "(none)"), (entry.Id, entry.Values["By"], entry.Values["Address"]));
    }

    [Fact]
    public async Task NobodyWritesLinesOfTheirOwn()
    {
        await using var issuer = await AdministeredIssuer.StartAsync(guard: static g => g.RequireAuthorization(
            static p => p.AddAuthenticationSchemes(Operators.SchemeName).RequireAuthenticatedUser()));
        await issuer.SendAsync("POST", "/B%0A1007%20Changed%E2%80%AE/disable", user: "olga\u001b[2J");

        var entry = Assert.Single(issuer.Log.Audit);
        Assert.Equal("B 1007 Changed", entry.Values["AgentId"]);
        Assert.DoesNotContain(entry.Text, char.IsControl);
    }

    [Fact]
    public async Task ASecretIsShownOnceAndIsNowhereElse()
    {
        await using var issuer = await AdministeredIssuer.StartAsync();
        var secrets = new List<string> { Older, TestIssuer.SecretText };
        var others = new List<string>();
        secrets.Add((await issuer.CallAsync(
            "POST", "", $$"""{"agent_id":"A","scopes":["data.read"],"older_secret":"{{Older}}"}""", 201)).Text("secret")!);
        for (var i = 0; i < 2; i++) secrets.Add((await issuer.CallAsync("POST", "/A/rotate-secret")).Text("secret")!);
        foreach (var (method, path, body) in new (string, string, string?)[]
        {
            ("POST", "", $$"""{"agent_id":"A","scopes":["data.read"],"older_secret":"{{Older}}"}"""),
            ("POST", "", $$"""{"agent_id":"B","scopes":["data.erase"],"older_secret":"{{Older}}"}"""),
            ("POST", "", $$"""{"agent_id":"B","scopes":["data.read"],"older_secret":["{{Older}}"]}"""),
            ("PATCH", "/A", """{"display_name":"A"}"""), ("GET", "/A", null), ("GET", "", null), ("POST", "/A/disable", null),
            ("POST", "/A/enable", null), ("POST", "/A/void-tokens", null),
        })
        {
            using var answer = await issuer.SendAsync(method, path, body);
            others.Add($"{answer.Headers}{answer.Content.Headers}{await answer.Content.ReadAsStringAsync()}");
        }
        await issuer.RequestAsync("A", secrets[^1]);
        await issuer.RequestAsync("A", "another secret of more than 32 bytes");

        Assert.Equal(secrets.Count, secrets.Distinct().Count());
        var search = new Search(secrets);
        Assert.Empty(search.In(string.Join('\n', others)));
        Assert.Empty(search.In(issuer.Log.AllText));
    }
}
