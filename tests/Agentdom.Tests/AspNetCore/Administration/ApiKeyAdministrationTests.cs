using Agentdom.Tests.Support;

namespace Agentdom.Tests.AspNetCore;

/// <summary>API keys and default scopes in the administration over HTTP, and what they mean for the agent.</summary>
public sealed class ApiKeyAdministrationTests
{
    [Fact]
    public async Task ANewKeyIssuesTokensUntilItIsEnded()
    {
        await using var issuer = await AdministeredIssuer.StartAsync();
        await issuer.RegisterAsync("A");
        var (first, firstId) = await CreateAsync(issuer, "A");
        var (second, secondId) = await CreateAsync(issuer, "A");
        var (one, two) = (new ManagedTokens(issuer.Issuer, first), new ManagedTokens(issuer.Issuer, second));
        var (old, kept) = (await one.IssueAsync(), await two.IssueAsync());
        Assert.Equal(200, await issuer.UseAsync(old.Token));

        var agent = await issuer.CallAsync("DELETE", $"/A/api-keys/{firstId}");

        Assert.Equal([secondId], agent.Texts("api_keys"));
        Assert.Equal(401, await issuer.UseAsync(old.Token));
        Assert.Equal(401, (int)(await one.SendAsync("POST")).StatusCode);
        Assert.Equal(200, await issuer.UseAsync(kept.Token));
        await two.IssueAsync();
        Assert.Equal([secondId], (await issuer.CallAsync("GET", "/A")).Texts("api_keys"));
        Assert.DoesNotContain(second, CanonicalJson.FromValue(await issuer.CallAsync("GET", "")));
    }

    [Fact]
    public async Task ShuttingOutAndVoidingAndDeletingEndTheTokensToo()
    {
        await using var issuer = await AdministeredIssuer.StartAsync();
        await issuer.RegisterAsync("A");
        var tokens = new ManagedTokens(issuer.Issuer, (await CreateAsync(issuer, "A")).Key);
        var issued = await tokens.IssueAsync();

        await issuer.CallAsync("POST", "/A/disable");
        Assert.Equal(401, await issuer.UseAsync(issued.Token));
        Assert.Equal(401, (int)(await tokens.SendAsync("GET")).StatusCode);
        await issuer.CallAsync("POST", "/A/enable");
        Assert.Equal(200, await issuer.UseAsync(issued.Token));
        await issuer.CallAsync("POST", "/A/void-tokens");
        Assert.Equal(401, await issuer.UseAsync(issued.Token));
        Assert.Empty(await tokens.ListAsync());
        await issuer.CallAsync("DELETE", "/A", status: 204);
        Assert.Equal(401, (int)(await tokens.SendAsync("GET")).StatusCode);
    }

    [Fact]
    public async Task DefaultScopesAreSetChangedAndCleared()
    {
        await using var issuer = await AdministeredIssuer.StartAsync();
        var created = await issuer.CallAsync(
            "POST", "", """{"agent_id":"A","scopes":["data.read","data.write"],"default_scopes":["data.read"]}""", 201);
        Assert.Equal(["data.read"], created.Texts("default_scopes"));
        var tokens = new ManagedTokens(issuer.Issuer, (await CreateAsync(issuer, "A")).Key);
        Assert.Equal(["data.read"], (await tokens.IssueAsync("{}")).Scopes);

        await issuer.CallAsync("PATCH", "/A", """{"default_scopes":["data.write"]}""");
        Assert.Equal(["data.write"], (await tokens.IssueAsync("{}")).Scopes);
        await issuer.CallAsync("PATCH", "/A", """{"display_name":"Nightly"}""");
        Assert.Equal(["data.write"], (await tokens.IssueAsync("{}")).Scopes);
        await issuer.CallAsync("PATCH", "/A", """{"default_scopes":null}""");
        await Wire.AssertRefusedAsync(await tokens.SendAsync("POST"), 400, "invalid_scope");

        Assert.Contains("'data.erase'", await issuer.RefusedAsync(
            400, "invalid_request", "PATCH", "/A", """{"default_scopes":["data.erase"]}"""));
        Assert.Contains("default_scopes", await issuer.RefusedAsync(
            400, "invalid_request", "POST", "", """{"agent_id":"B","scopes":["data.read"],"default_scopes":"data.read"}"""));
    }

    [Fact]
    public async Task WhatCannotBeDoneIsRefused()
    {
        await using var issuer = await AdministeredIssuer.StartAsync();
        await issuer.RegisterAsync("A");
        for (var i = 0; i < 4; i++) await CreateAsync(issuer, "A");

        Assert.Contains("has 4 API keys already", await issuer.RefusedAsync(409, "too_many_api_keys", "POST", "/A/api-keys"));
        await issuer.RefusedAsync(404, "unknown_agent", "POST", "/nobody/api-keys");
        await issuer.RefusedAsync(404, "unknown_api_key", "DELETE", "/A/api-keys/0123456789abcdef");
        await issuer.RefusedAsync(404, "unknown_api_key", "DELETE", "/nobody/api-keys/0123456789abcdef");
        await issuer.RefusedAsync(400, "invalid_request", "POST", "/A/api-keys", """{"name":"mine"}""");
        foreach (var (method, path) in new[] { ("POST", "/A/api-keys"), ("DELETE", "/A/api-keys/0123456789abcdef") })
            Assert.Equal(401, (int)(await issuer.SendAsync(method, path, user: null)).StatusCode);
        Assert.Equal(4, (await issuer.CallAsync("GET", "/A")).Texts("api_keys")!.Count);
    }

    [Fact]
    public async Task AKeyInPlaceOfItsIdIsRefusedAndEndsNothing()
    {
        await using var issuer = await AdministeredIssuer.StartAsync();
        await issuer.RegisterAsync("A");
        var (key, id) = await CreateAsync(issuer, "A");

        foreach (var wrong in new[] { key, "0123456789abcdeg", "0123456789abcdef0", AgentApiKey.HashOf(key) })
        {
            var reason = await issuer.RefusedAsync(400, "invalid_request", "DELETE", $"/A/api-keys/{wrong}");
            Assert.Contains("16 lower-case hex digits", reason);
            Assert.Contains("if you sent the key", reason);
            Assert.DoesNotContain(wrong, reason);
            // The server's own log of requests may have the path.
            Assert.DoesNotContain(issuer.Log.Audit, entry => entry.Text.Contains(wrong, StringComparison.Ordinal));
        }
        await Assert.ThrowsAsync<ArgumentException>(() => issuer.Store.EndApiKeyAsync("A", key));
        Assert.Equal([id], (await issuer.CallAsync("GET", "/A")).Texts("api_keys"));
    }

    [Fact]
    public async Task EachChangeAndRefusalIsAuditedWithoutTheKey()
    {
        await using var issuer = await AdministeredIssuer.StartAsync();
        await issuer.RegisterAsync("A");
        var keys = new List<(string Key, string Id)>();
        for (var i = 0; i < 4; i++) keys.Add(await CreateAsync(issuer, "A"));
        await issuer.SendAsync("POST", "/A/api-keys");
        await issuer.CallAsync("DELETE", $"/A/api-keys/{keys[0].Id}");
        await issuer.SendAsync("DELETE", $"/A/api-keys/{keys[0].Id}");

        Assert.Equal(
            [
                (1007, "create_api_key", null), (1007, "create_api_key", null), (1007, "create_api_key", null),
                (1007, "create_api_key", null), (1008, "create_api_key", "too_many_api_keys"),
                (1007, "end_api_key", null), (1008, "end_api_key", "unknown_api_key"),
            ],
            issuer.Log.Audit.Skip(1).Select(static e => (
                e.Id, e.Values["Operation"] as string, e.Values.GetValueOrDefault("Outcome") as string)));
        Assert.All(keys, key =>
        {
            Assert.DoesNotContain(key.Key, issuer.Log.AllText);
            Assert.DoesNotContain(AgentApiKey.HashOf(key.Key), issuer.Log.AllText);
        });
    }

    private static async Task<(string Key, string Id)> CreateAsync(AdministeredIssuer issuer, string agentId)
    {
        var created = await issuer.CallAsync("POST", $"/{agentId}/api-keys", status: 201);
        var (key, id) = (created.Text("api_key")!, created.Text("api_key_id")!);
        Assert.Matches("^atpk_[A-Za-z0-9_-]{43}$", key);
        Assert.Equal(id, created.Texts("api_keys")![0]);
        return (key, id);
    }
}
