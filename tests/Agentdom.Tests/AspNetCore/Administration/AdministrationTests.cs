using System.Globalization;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.AspNetCore;

/// <summary>Each call of the administration over HTTP, and what it means for the agent.</summary>
public sealed class AdministrationTests
{
    private static readonly string[] s_members =
    [
        "agent_id", "changed_at", "created_at", "disabled", "display_name", "max_token_lifetime", "requests_per_minute", "scopes",
        "tokens_valid_from",
    ];

    [Fact]
    public async Task ANewAgentCanRequestItsScopesAndNoOthers()
    {
        await using var issuer = await AdministeredIssuer.StartAsync();

        var secret = await issuer.RegisterAsync("A");

        Assert.Matches("^[A-Za-z0-9_-]{43}$", secret);
        Assert.Equal(200, await issuer.UseAsync(await issuer.TokenAsync("A", secret)));
        Assert.Equal(403, await issuer.RequestAsync("A", secret, "data.write"));
        Assert.Equal(401, await issuer.RequestAsync("B", secret));
        Assert.Equal(401, await issuer.RequestAsync("A", TestIssuer.SecretText));
    }

    [Fact]
    public async Task ANewAgentIsShownAtItsLocationWithoutItsSecret()
    {
        await using var issuer = await AdministeredIssuer.StartAsync();
        const string Id = "a-Z.0_9~:@+=";
        using var answer = await issuer.SendAsync("POST", "/",
            $$"""
            {"agent_id":"{{Id}}","display_name":"Nächtlicher Abgleich","scopes":["data.write","data.read"],"max_token_lifetime":60,
             "requests_per_minute":5}
            """);
        Assert.Equal(201, (int)answer.StatusCode);
        Assert.Equal($"/agents/{Id}", answer.Headers.Location?.ToString());
        var created = await TestIssuer.ReadAsync(answer);
        Assert.Equal(s_members.Append("secret").Order(StringComparer.Ordinal), Names(created));

        var shown = await issuer.CallAsync("GET", "/" + Id);

        Assert.Equal(s_members, Names(shown));
        Assert.Equal((Id, "Nächtlicher Abgleich"), (shown.Text("agent_id"), shown.Text("display_name")));
        Assert.Equal(["data.write", "data.read"], shown.Texts("scopes"));
        Assert.Equal((60, 5), (shown.Integer("max_token_lifetime"), shown.Integer("requests_per_minute")));
        Assert.False(shown.Flag("disabled"));
        Assert.Null(shown["tokens_valid_from"]);
        var age = DateTimeOffset.UtcNow - Moment(shown, "created_at");
        Assert.InRange(age, TimeSpan.FromSeconds(-1), TimeSpan.FromMinutes(5));
        Assert.DoesNotContain(created.Text("secret")!, CanonicalJson.FromValue(await issuer.CallAsync("GET", "")));
    }

    [Fact]
    public async Task AnAgentThatChangesOverGoesOnWithItsOlderSecret()
    {
        await using var issuer = await AdministeredIssuer.StartAsync();
        const string Older = "the secret that all agents share until now";
        var end = DateTimeOffset.UtcNow.AddSeconds(2);

        var created = await issuer.CallAsync("POST", "",
            $$"""{"agent_id":"A","scopes":["data.read"],"older_secret":"{{Older}}","older_secret_expires_at":"{{end:o}}"}""", 201);
        var secret = created.Text("secret")!;
        Assert.Equal(200, await issuer.RequestAsync("A", secret));
        Assert.Equal(200, await issuer.RequestAsync("A", Older));

        while (await issuer.RequestAsync("A", Older) == 200) await Task.Delay(100, TestContext.Current.CancellationToken);
        Assert.InRange(DateTimeOffset.UtcNow, end, end.AddMinutes(1));
        Assert.Equal(200, await issuer.RequestAsync("A", secret));
    }

    [Fact]
    public async Task AChangeLeavesTheRestAsItIsAndAppliesAtOnce()
    {
        await using var issuer = await AdministeredIssuer.StartAsync();
        var secret = await issuer.RegisterAsync("A");
        Assert.Equal(403, await issuer.RequestAsync("A", secret, "data.write"));

        await issuer.CallAsync("PATCH", "/A", """{"scopes":["data.write"],"max_token_lifetime":60}""");
        var changed = await issuer.CallAsync("PATCH", "/A", """{"display_name":"Ada","requests_per_minute":600}""");

        Assert.Equal(["data.write"], changed.Texts("scopes"));
        Assert.Equal(("Ada", 60, 600),
            (changed.Text("display_name"), changed.Integer("max_token_lifetime"), changed.Integer("requests_per_minute")));
        Assert.Equal(200, await issuer.RequestAsync("A", secret, "data.write"));
        Assert.Equal(403, await issuer.RequestAsync("A", secret));

        var cleared = await issuer.CallAsync(
            "PATCH", "/A", """{"display_name":null,"max_token_lifetime":null,"requests_per_minute":null}""");
        Assert.All(["display_name", "max_token_lifetime", "requests_per_minute"], name => Assert.Null(cleared[name]));
        Assert.Equal(["data.write"], cleared.Texts("scopes"));
    }

    [Fact]
    public async Task ARotationKeepsTheOlderSecretAndItsTokensForTheOverlap()
    {
        await using var issuer = await AdministeredIssuer.StartAsync();
        var older = await issuer.RegisterAsync("A");
        var token = await issuer.TokenAsync("A", older);

        var rotated = await issuer.CallAsync("POST", "/A/rotate-secret", """{"overlap_seconds":3600}""");
        Assert.InRange(Moment(rotated, "older_secrets_expire_at") - DateTimeOffset.UtcNow, TimeSpan.FromMinutes(50), TimeSpan.FromHours(1));
        Assert.Equal(200, await issuer.RequestAsync("A", rotated.Text("secret")!));
        Assert.Equal(200, await issuer.RequestAsync("A", older));
        Assert.Equal(200, await issuer.UseAsync(token));

        var last = await issuer.CallAsync("POST", "/A/rotate-secret", """{"overlap_seconds":0}""");
        Assert.Equal(200, await issuer.RequestAsync("A", last.Text("secret")!));
        Assert.Equal(401, await issuer.RequestAsync("A", rotated.Text("secret")!));
        Assert.Equal(401, await issuer.RequestAsync("A", older));
        Assert.Equal(401, await issuer.UseAsync(token));
    }

    [Fact]
    public async Task WithoutABodyTheOverlapIsADay()
    {
        await using var issuer = await AdministeredIssuer.StartAsync();
        await issuer.RegisterAsync("A");

        var end = Moment(await issuer.CallAsync("POST", "/A/rotate-secret"), "older_secrets_expire_at");

        Assert.InRange(end - DateTimeOffset.UtcNow, TimeSpan.FromHours(23), TimeSpan.FromHours(24));
    }

    [Fact]
    public async Task ADisabledAgentIsRefusedAtOnceAndTouchesNoOther()
    {
        await using var issuer = await AdministeredIssuer.StartAsync(static o => o.DirectoryCacheSeconds = 60);
        var (secret, other) = (await issuer.RegisterAsync("A"), await issuer.RegisterAsync("B"));
        var token = await issuer.TokenAsync("A", secret);
        Assert.Equal(200, await issuer.UseAsync(token));

        Assert.True((await issuer.CallAsync("POST", "/A/disable")).Flag("disabled"));
        Assert.Equal(401, await issuer.UseAsync(token));
        Assert.Equal(401, await issuer.RequestAsync("A", secret));
        Assert.Equal(200, await issuer.RequestAsync("B", other));

        Assert.False((await issuer.CallAsync("POST", "/A/enable", "{}")).Flag("disabled"));
        Assert.Equal(200, await issuer.UseAsync(token));
        Assert.Equal(200, await issuer.RequestAsync("A", secret));
    }

    [Fact]
    public async Task VoidingTokensEndsThoseFromBeforeAndTheAgentGetsNewOnes()
    {
        await using var issuer = await AdministeredIssuer.StartAsync(static o => o.DirectoryCacheSeconds = 60);
        var secret = await issuer.RegisterAsync("A");
        var token = await issuer.TokenAsync("A", secret);

        await issuer.CallAsync("POST", "/A/void-tokens", """{"from":"2020-01-31T12:00:00+01:00"}""");
        Assert.Equal(200, await issuer.UseAsync(token));
        var voided = await issuer.CallAsync("POST", "/A/void-tokens");

        Assert.NotNull(voided.Text("tokens_valid_from"));
        Assert.Equal(401, await issuer.UseAsync(token));
        await AssertGetsTokensAgainAsync(issuer, secret);
    }

    [Fact]
    public async Task AScopeThatIsTakenAwayEndsWithTheTokensThatHaveIt()
    {
        await using var issuer = await AdministeredIssuer.StartAsync();
        var secret = await issuer.RegisterAsync("A");
        var token = await issuer.TokenAsync("A", secret);

        await issuer.CallAsync("PATCH", "/A", """{"scopes":["data.write"]}""");
        Assert.Equal(403, await issuer.RequestAsync("A", secret));
        Assert.Equal(200, await issuer.UseAsync(token));

        await issuer.CallAsync("POST", "/A/void-tokens");
        Assert.Equal(401, await issuer.UseAsync(token));
    }

    [Fact]
    public async Task ADeletedAgentIsGoneAtOnce()
    {
        await using var issuer = await AdministeredIssuer.StartAsync(static o => o.DirectoryCacheSeconds = 60);
        var secret = await issuer.RegisterAsync("A");
        var token = await issuer.TokenAsync("A", secret);

        await issuer.CallAsync("DELETE", "/A", status: 204);

        Assert.Equal(401, await issuer.UseAsync(token));
        Assert.Equal(401, await issuer.RequestAsync("A", secret));
        await issuer.RefusedAsync(404, "unknown_agent", "GET", "/A");
        Assert.Equal(401, await issuer.UseAsync(token));
        // A successor with the same id does not get its tokens back.
        var successor = await issuer.RegisterAsync("A");
        await AssertGetsTokensAgainAsync(issuer, successor);
        Assert.Equal(401, await issuer.UseAsync(token));
    }

    private static async Task AssertGetsTokensAgainAsync(AdministeredIssuer issuer, string secret)
    {
        // Within the same second the agent is asked to wait.
        while (await issuer.RequestAsync("A", secret) == 429) await Task.Delay(100, TestContext.Current.CancellationToken);
        Assert.Equal(200, await issuer.UseAsync(await issuer.TokenAsync("A", secret)));
    }

    private static IEnumerable<string> Names(JsonObject json) => json.Select(static m => m.Key).Order(StringComparer.Ordinal);

    private static DateTimeOffset Moment(JsonObject json, string name) =>
        DateTimeOffset.ParseExact(json.Text(name)!, "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture, DateTimeStyles.None);
}
