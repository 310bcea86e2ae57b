using Agentdom.AspNetCore;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.AspNetCore;

/// <summary>The store as the app's own code gets it.</summary>
public sealed class GuardedAgentStoreTests
{
    private static readonly AgentSettings s_settings = new() { Scopes = ["data.read"] };

    [Fact]
    public async Task ItChecksWhatItIsGiven()
    {
        await using var issuer = await AdministeredIssuer.StartAsync();
        var store = issuer.Store;
        await store.CreateAsync("A", s_settings);

        await RefusedAsync("1 to 256 characters", () => store.CreateAsync("", s_settings));
        await RefusedAsync("no control characters", () => store.CreateAsync("a\0b", s_settings));
        await RefusedAsync("no scope", () => store.CreateAsync("B", s_settings with { Scopes = [] }));
        await RefusedAsync("'data.erase'", () => store.CreateAsync("B", s_settings with { Scopes = ["data.erase"] }));
        await RefusedAsync("MaxTokenLifetime", () => store.CreateAsync("B", s_settings with { MaxTokenLifetime = TimeSpan.FromDays(2) }));
        await RefusedAsync("printable", () => store.CreateAsync("B", s_settings with { DisplayName = new string('a', 257) }));
        await RefusedAsync("has 5 bytes", () => store.CreateAsync("B", s_settings, new OlderSecret { Secret = "short" }));
        await RefusedAsync("'data.erase'", () => store.ChangeAsync("A", static s => s with { Scopes = ["data.erase"] }));
        await RefusedAsync("overlap", () => store.RotateSecretAsync("A", TimeSpan.FromTicks(-1)));
        await RefusedAsync("future", () => store.VoidTokensAsync("A", DateTimeOffset.UtcNow.AddHours(1)));
        await RefusedAsync("limit", () => store.ListAsync(new AgentQuery { Limit = 101 }));

        Assert.Equal("A", Assert.Single((await store.ListAsync(new AgentQuery())).Agents).AgentId);
        Assert.Equal(["data.read"], (await store.FindAsync("A"))!.Settings.Scopes);
    }

    [Fact]
    public async Task IdsThatNoPathCanHaveAreForCodeOnly()
    {
        await using var issuer = await AdministeredIssuer.StartAsync();
        const string Id = "Abteilung 7/Agent ä";

        var created = await issuer.Store.CreateAsync(Id, s_settings);

        Assert.Equal(200, await issuer.RequestAsync(Id, created!.Secret));
        Assert.Equal(Id, (await issuer.Store.FindAsync(Id))!.AgentId);
    }

    private static async Task RefusedAsync(string problem, Func<Task> call) =>
        Assert.Contains(problem, (await Assert.ThrowsAnyAsync<ArgumentException>(call)).Message);
}
