using System.Text.Json.Nodes;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.PublishedAgentdom;

/// <summary>The unmodified published client against two nodes of the sample issuer, over https (protocol.md §10).</summary>
public sealed class ManagedTokenClientTests : IAsyncLifetime
{
    private const string AdminKey = "the operators' key, which is longer than 32 bytes";

    private readonly string _folder = TestPaths.NewFolder();
    private readonly int _port = FreePort.Find();
    private ThrowawayAuthority _authority = null!;
    private PublishedClient _client = null!;
    private SampleIssuer _one = null!;
    private SampleIssuer _two = null!;

    private string Host => $"localhost:{_port}";

    public async ValueTask InitializeAsync()
    {
        PublishedTools.SkipIfMissing();
        _authority = new ThrowawayAuthority(_folder);
        var home = Directory.CreateDirectory(Path.Combine(_folder, "home")).FullName;
        _client = new PublishedClient(_authority, home);
        _one = await StartAsync(_port);
        _two = await StartAsync(FreePort.Find());
        _client.StoreKey(Host, await RegisterAsync("build-7"));
    }

    public ValueTask DisposeAsync()
    {
        _one?.Dispose();
        _two?.Dispose();
        _authority?.Dispose();
        Directory.Delete(_folder, recursive: true);
        return default;
    }

    [Fact]
    public async Task ItIssuesKeepsRotatesAndRevokes()
    {
        await _client.RunAsync(PublishedTools.AgentTokens, Host, "issue", "--scopes=data.read,data.write", "--ttl=3600");
        var issued = _client.Stored(Host)!;
        await AssertOpensAsync(Text(issued, "token"));
        Assert.Equal("build-7", Wire.Claims(Text(issued, "token")).GetProperty("sub").GetString());

        // There is more than five minutes left.
        var kept = await EnsureAsync();
        Assert.Equal((Text(issued, "id"), Text(issued, "token")), (Text(kept, "id"), Text(kept, "token")));
        await AssertOpensAsync(Text(kept, "token"));

        // There is less.
        var ending = (await _client.CallAsync(
            PublishedTools.AgentTokens, "issueAgentToken", [Host, new { scopes = new[] { "data.read" }, ttl = 240 }]))!;
        var rotated = await EnsureAsync();
        Assert.Equal(Text(ending, "id"), Text(rotated, "id"));
        Assert.NotEqual(Text(ending, "token"), Text(rotated, "token"));
        await AssertDeadAsync(Text(ending, "token"));
        await AssertOpensAsync(Text(rotated, "token"));
        await AssertOpensAsync(Text(issued, "token"));

        await _client.RunAsync(PublishedTools.AgentTokens, Host, "revoke", Text(rotated, "id"));
        Assert.Null(_client.Stored(Host));
        await AssertDeadAsync(Text(rotated, "token"));
        await _client.RunAsync(PublishedTools.AgentTokens, Host, "revoke", Text(rotated, "id"));
    }

    [Fact]
    public async Task ATokenThatIsGoneIsReplacedByAnother()
    {
        var ending = (await _client.CallAsync(
            PublishedTools.AgentTokens, "issueAgentToken", [Host, new { scopes = new[] { "data.read" }, ttl = 240 }]))!;
        using (await _two.RevokeAsync(Text(ending, "token")))
        {
        }

        var other = await EnsureAsync();
        Assert.NotEqual(Text(ending, "id"), Text(other, "id"));
        await AssertOpensAsync(Text(other, "token"));
    }

    [Fact]
    public async Task ItsRuntimeGetsTheDefaultScopes()
    {
        var credential = (await _client.CallAsync(PublishedTools.Secrets, "resolve", [$"https://{Host}/"]))!;

        Assert.Equal("agent_tokens_protocol", Text(credential, "source"));
        await AssertOpensAsync(Text(credential, "token"));
        Assert.Equal("data.read", Wire.Claims(Text(credential, "token")).GetProperty("scope").GetString());
    }

    [Fact]
    public async Task WithAWrongKeyItsErrorSaysWhy()
    {
        _client.StoreKey(Host, AgentApiKey.Generate());
        var (exitCode, _, errors) = await _client.TryCallAsync(PublishedTools.AgentTokens, "ensureAgentToken", [Host]);

        Assert.Equal(1, exitCode);
        Assert.Contains("agent_tokens.issue failed (401)", errors);
        Assert.Contains("invalid_api_key", errors);
        // Then its runtime sends the key itself to the API, which refuses it.
        var credential = (await _client.CallAsync(PublishedTools.Secrets, "resolve", [Host]))!;
        Assert.Equal("wallet", Text(credential, "source"));
        Assert.StartsWith("atpk_", Text(credential, "token"));
        using var answer = await _one.GetDataAsync(Text(credential, "token"));
        Assert.Equal(401, (int)answer.StatusCode);
    }

    [Fact]
    public async Task ItSendsAKeyAsItsWalletSays()
    {
        var key = await RegisterAsync("other");
        foreach (var (header, format, isIssued) in new[] { ("Authorization", "Bearer {token}", true), ("X-Api-Key", "{token}", false) })
        {
            var home = Directory.CreateDirectory(Path.Combine(_folder, header)).FullName;
            var other = new PublishedClient(_authority, home);
            other.StoreKey(Host, key, ("key_header", header), ("key_format", format));
            var (exitCode, _, errors) = await other.TryCallAsync(PublishedTools.AgentTokens, "issueAgentToken", [Host]);
            Assert.True(exitCode == 0 == isIssued, errors);
            if (!isIssued) Assert.Contains("invalid_api_key", errors);
        }
    }

    [Fact]
    public async Task WithAWalletInTheEnvironmentEachRunIssuesAnother()
    {
        var key = await RegisterAsync("ci");
        var home = Directory.CreateDirectory(Path.Combine(_folder, "home of a job")).FullName;
        var job = new PublishedClient(_authority, home);
        var wallet = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(PublishedClient.Wallet(Host, key)));
        var file = Path.Combine(_folder, "wallet.json");
        await File.WriteAllTextAsync(file, PublishedClient.Wallet(Host, key));
        var ids = new HashSet<string>();
        foreach (var variable in new[] { ("AGENTDOM_WALLET_B64", wallet), ("AGENTDOM_WALLET_B64", wallet), ("AGENTDOM_WALLET_PATH", file) })
        {
            ids.Add(Text((await job.CallAsync(PublishedTools.AgentTokens, "ensureAgentToken", [Host], variable))!, "id"));
            // It stores the whole wallet there, with the API key.
            var stored = Path.Combine(home, ".agentdom", "wallet.json");
            Assert.Contains(key, await File.ReadAllTextAsync(stored));
            File.Delete(stored);
        }
        Assert.Equal(3, ids.Count);
    }

    [Fact]
    public async Task ItsOwnCommandForKeysStoresThemWhereItsTokensDoNotLook()
    {
        var home = Directory.CreateDirectory(Path.Combine(_folder, "another home")).FullName;
        var other = new PublishedClient(_authority, home);
        await PublishedTools.RunAsync(_authority, home, PublishedTools.Agentdom, "auth", Host, "--key", await RegisterAsync("other"));
        Assert.Contains("No master credential", (await other.TryCallAsync(PublishedTools.AgentTokens, "issueAgentToken", [Host])).Errors);

        // What that command stores a key with makes the wallet unreadable for them, whatever the host.
        await EnsureAsync();
        await _client.CallAsync(PublishedTools.Keychain, "setToken", ["other.example", new { method = "api_key", key = "a key" }]);
        var (exitCode, _, errors) = await _client.TryCallAsync(PublishedTools.AgentTokens, "issueAgentToken", [Host]);
        Assert.Equal(1, exitCode);
        Assert.Contains("No master credential", errors);
    }

    [Fact]
    public async Task AVariableHandsOneOfOurTokensOver()
    {
        var token = await AgentTokenAsync();
        var name = $"AGENTDOM_LOCALHOST_{_port}_TOKEN";
        var key = (string)(await _client.CallAsync(PublishedTools.Secrets, "envKey", [Host]))!;
        Assert.Equal($"AGENTDOM_LOCALHOST_{_port}_KEY", key);
        _client.StoreKey("another.example", "unused");

        var credential = (await _client.CallAsync(PublishedTools.Secrets, "resolve", [Host], (name, token)))!;
        Assert.Equal(("env", token), (Text(credential, "source"), Text(credential, "token")));
        await AssertOpensAsync(Text(credential, "token"));

        // The other variable comes first.
        credential = (await _client.CallAsync(
            PublishedTools.Secrets, "resolve", [Host], (name, token), (key, "other")))!;
        Assert.Equal("other", Text(credential, "token"));
    }

    [Fact]
    public async Task TheKeyOfOurVaultIsTakenForTheCredentialOfAHost()
    {
        var listed = (await _client.CallAsync(
            PublishedTools.Secrets, "list", [], ("AGENTDOM_VAULT_KEY", "the vault's key")))!.AsArray();
        Assert.Contains("vault", listed.Select(static item => Text(item!, "host")));
        var credential = (await _client.CallAsync(
            PublishedTools.Secrets, "resolve", ["vault"], ("AGENTDOM_VAULT_KEY", "the vault's key")))!;
        Assert.Equal("the vault's key", Text(credential, "token"));
    }

    private Task<SampleIssuer> StartAsync(int port) => TlsSample.StartAsync(
        _authority, _folder, port, $"agents:{Path.Combine(_folder, "agents.db")}", ("ATP_ADMIN_KEY", AdminKey));

    /// <summary>Registers an agent that can have both scopes and has data.read by default.</summary>
    /// <returns>Its API key.</returns>
    private async Task<string> RegisterAsync(string agentId)
    {
        using var registered = await _one.AdministerAsync("POST", "", AdminKey,
            $$"""{"agent_id":"{{agentId}}","scopes":["data.read","data.write"],"default_scopes":["data.read"]}""");
        Assert.Equal(201, (int)registered.StatusCode);
        using var created = await _one.AdministerAsync("POST", $"/{agentId}/api-keys", AdminKey);
        return (await Wire.JsonAsync(created)).GetProperty("api_key").GetString()!;
    }

    /// <summary>A token that an agent of this project has requested with its secret.</summary>
    private async Task<string> AgentTokenAsync()
    {
        using var registered = await _one.AdministerAsync("POST", "", AdminKey, """{"agent_id":"ours","scopes":["data.read"]}""");
        var secret = (await Wire.JsonAsync(registered)).GetProperty("secret").GetString()!;
        var body = TestIssuer.Body();
        body["agent_id"] = "ours";
        using var answer = await _one.RequestTokenAsync(TestIssuer.Signed(body, secret));
        return (await Wire.JsonAsync(answer)).GetProperty("token").GetString()!;
    }

    private async Task<JsonNode> EnsureAsync() => (await _client.CallAsync(
        PublishedTools.AgentTokens, "ensureAgentToken", [Host, new { scopes = new[] { "data.read" } }]))!;

    private async Task AssertOpensAsync(string token)
    {
        foreach (var node in new[] { _one, _two })
        {
            using var answer = await node.GetDataAsync(token);
            Assert.Equal(200, (int)answer.StatusCode);
        }
    }

    private async Task AssertDeadAsync(string token)
    {
        foreach (var node in new[] { _one, _two })
        {
            using var answer = await node.GetDataAsync(token);
            Assert.Equal(401, (int)answer.StatusCode);
        }
    }

    private static string Text(JsonNode node, string name) => (string)node[name]!;
}
