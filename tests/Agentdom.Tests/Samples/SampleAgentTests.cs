using Agentdom.Tests.Support;

namespace Agentdom.Tests.Samples;

/// <summary>The sample issuer with registered agents in a database, and its administration.</summary>
public sealed class SampleAgentTests : IDisposable
{
    private static readonly string s_key = SharedSecret.Generate();

    private readonly string _folder = TestPaths.NewFolder();

    private string State => $"agents:{Path.Combine(_folder, "agents.db")}";

    [Fact]
    public async Task AgentsAndStateInAFileSurviveARestart()
    {
        string secret, used, token;
        using (var issuer = await StartAsync(State))
        {
            secret = await RegisterAsync(issuer, "A");
            used = Signed("A", secret);
            token = await TokenAsync(issuer, used);
            Assert.Equal(200, (int)(await issuer.RevokeAsync(token)).StatusCode);
            Assert.Equal(401, (int)(await issuer.RequestTokenAsync(Signed("B", TestIssuer.SecretText))).StatusCode);
        }

        using var again = await StartAsync(State);
        Assert.False(await again.IsValidAsync(token));
        Assert.Equal(401, (int)(await again.RequestTokenAsync(used)).StatusCode);
        Assert.Equal(200, (int)(await again.GetDataAsync(await TokenAsync(again, Signed("A", secret)))).StatusCode);
    }

    [Fact]
    public async Task OnlyAnIssuerThatKnowsAgentsOffersTokensForApiKeys()
    {
        static async Task<bool> OffersAsync(SampleIssuer issuer)
        {
            using var answer = await issuer.GetAsync("/.well-known/agentdom.json");
            return (await Wire.JsonAsync(answer)).GetProperty("auth").TryGetProperty("agent_tokens", out _);
        }

        using var without = await SampleIssuer.StartAsync("memory");
        Assert.False(await OffersAsync(without));
        using var withDatabase = await StartAsync(State);
        Assert.True(await OffersAsync(withDatabase));
        using var withList = await SampleIssuer.StartWithAsync(
            "memory", ("AgentTokens__Agents__0__AgentId", "A"), ("AgentTokens__Agents__0__Scopes__0", "data.read"),
            ("AgentTokens__Agents__0__ApiKeyHashes__0", AgentApiKey.HashOf(AgentApiKey.Generate())));
        Assert.True(await OffersAsync(withList));
    }

    [Fact]
    public async Task TwoNodesShareAPostgres()
    {
        var server = await PostgresServer.SharedAsync();
        var state = $"postgres:{server.ConnectionString(await server.NewDatabaseAsync())}";
        // Both create the tables at the same moment.
        var nodes = await Task.WhenAll(StartAsync(state), StartAsync(state));
        using var first = nodes[0];
        using var second = nodes[1];

        var secret = await RegisterAsync(first, "A");
        var body = Signed("A", secret);
        var token = await TokenAsync(second, body);

        Assert.Equal(200, (int)(await first.GetDataAsync(token)).StatusCode);
        Assert.Equal(401, (int)(await first.RequestTokenAsync(body)).StatusCode);
        await first.RevokeAsync(token);
        Assert.False(await second.IsValidAsync(token));
    }

    [Fact]
    public async Task AnAgentThatIsDisabledAtOneNodeIsRefusedAtTheOtherAndTheRestGoOn()
    {
        var server = await PostgresServer.SharedAsync();
        var state = $"postgres:{server.ConnectionString(await server.NewDatabaseAsync())}";
        using var first = await StartAsync(state, ("AgentTokens__DirectoryCacheSeconds", "2"));
        using var second = await StartAsync(state, ("AgentTokens__DirectoryCacheSeconds", "2"));
        var (secretA, secretB) = (await RegisterAsync(first, "A"), await RegisterAsync(first, "B"));
        var (tokenA, tokenB) = (await TokenAsync(second, Signed("A", secretA)), await TokenAsync(second, Signed("B", secretB)));
        // From here on the second node has cached both agents.
        Assert.Equal(200, (int)(await second.GetDataAsync(tokenA)).StatusCode);
        Assert.Equal(200, (int)(await second.GetDataAsync(tokenB)).StatusCode);

        Assert.Equal(200, (int)(await first.AdministerAsync("POST", "/A/disable", s_key)).StatusCode);
        Assert.Equal(401, (int)(await first.GetDataAsync(tokenA)).StatusCode);
        // Two seconds, and time for a busy machine.
        var until = DateTimeOffset.UtcNow.AddSeconds(2 + 60);
        while ((int)(await second.GetDataAsync(tokenA)).StatusCode == 200)
        {
            Assert.True(DateTimeOffset.UtcNow < until, "The other node still accepts the disabled agent.");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        Assert.Equal(401, (int)(await second.GetDataAsync(tokenA)).StatusCode);
        Assert.False(await second.IsValidAsync(tokenA));
        Assert.Equal(401, (int)(await second.RequestTokenAsync(Signed("A", secretA))).StatusCode);
        Assert.Equal(200, (int)(await second.GetDataAsync(tokenB)).StatusCode);
        Assert.Equal(200, (int)(await second.GetDataAsync(await TokenAsync(second, Signed("B", secretB)))).StatusCode);
    }

    [Fact]
    public async Task OnlyTheKeyOpensTheAdministration()
    {
        using var issuer = await StartAsync(State);

        foreach (var key in new[] { null, "", s_key[..^1], s_key + "x", SharedSecret.Generate(), TestIssuer.SecretText })
        {
            using var refused = await issuer.AdministerAsync("GET", "", key);
            Assert.Equal(401, (int)refused.StatusCode);
            Assert.Equal("Bearer", refused.Headers.WwwAuthenticate.ToString());
        }
        Assert.Equal(200, (int)(await issuer.AdministerAsync("GET", "", s_key)).StatusCode);
    }

    [Fact]
    public async Task WithoutAKeyThereIsNoAdministration()
    {
        using var issuer = await SampleIssuer.StartWithAsync(State, ("ATP_ADMIN_KEY", null));
        Assert.Equal(404, (int)(await issuer.AdministerAsync("GET", "", s_key)).StatusCode);
    }

    [Fact]
    public async Task SharedSecretsCanBeAllowedBesideRegisteredAgents()
    {
        using var issuer = await SampleIssuer.StartWithAsync(State, ("AgentTokens__AllowUnregisteredAgents", "true"));
        Assert.Equal(200, (int)(await issuer.RequestTokenAsync(Signed("B", TestIssuer.SecretText))).StatusCode);
    }

    [Fact]
    public async Task AgentsOfTheConfigurationNeedNoDatabase()
    {
        const string Secret = "the secret of agent A, more than 32 bytes";
        using var issuer = await SampleIssuer.StartWithAsync("memory",
            ("AgentTokens__Agents__0__AgentId", "A"), ("AgentTokens__Agents__0__Secrets__0", Secret),
            ("AgentTokens__Agents__0__Scopes__0", "data.read"));

        Assert.Equal(200, (int)(await issuer.RequestTokenAsync(Signed("A", Secret))).StatusCode);
        Assert.Equal(401, (int)(await issuer.RequestTokenAsync(Signed("B", TestIssuer.SecretText))).StatusCode);
    }

    [Fact]
    public async Task TheNewestSigningKeySignsAndTheOlderOneIsAccepted()
    {
        var (older, newer) = (Convert.ToBase64String(RandomBytes.Make(32)), Convert.ToBase64String(RandomBytes.Make(32)));
        string token;
        using (var before = await SampleIssuer.StartWithAsync("memory", ("ATP_SIGNING_KEY", older))) token = await before.TokenAsync();
        using (var both = await SampleIssuer.StartWithAsync("memory", ("ATP_SIGNING_KEY", $"{newer}; {older}")))
        {
            Assert.True(await both.IsValidAsync(token));
            var latest = await both.TokenAsync();
            Assert.NotEqual(Kid(token), Kid(latest));
            token = latest;
        }
        using var after = await SampleIssuer.StartWithAsync("memory", ("ATP_SIGNING_KEY", newer));
        Assert.True(await after.IsValidAsync(token));

        static string? Kid(string jwt) => Wire.Header(jwt).GetProperty("kid").GetString();
    }

    [Theory]
    [InlineData("memory", "ATP_ADMIN_KEY", "a key that is long enough, and for nothing", "ATP_ADMIN_KEY needs a database")]
    [InlineData("agents:FOLDER/agents.db", "ATP_ADMIN_KEY", "hunter2", "ATP_ADMIN_KEY has 7 bytes and needs at least 32")]
    [InlineData("memory", "ATP_SIGNING_KEY", "hunter2!", "Signing key 1 of 1 is not base64")]
    [InlineData("postgres:hunter2", "ATP_ADMIN_KEY", null, "is not a connection string")]
    [InlineData("postgres:Hots=db;Password=hunter2", "ATP_ADMIN_KEY", null, "is not a connection string")]
    [InlineData("postgres:Host=127.0.0.1;Port=1;Password=hunter2", "ATP_ADMIN_KEY", null, "the database cannot be used")]
    [InlineData("agents:/no/such/folder/agents.db", "ATP_ADMIN_KEY", null, "the database cannot be used")]
    public async Task AWrongSettingStopsItWithAdvice(string state, string name, string? value, string problem)
    {
        var (exitCode, output, error) = await SampleIssuer.RunAsync(
            state.Replace("FOLDER", _folder, StringComparison.Ordinal), (name, value));

        Assert.Equal(1, exitCode);
        Assert.Contains(problem, error);
        Assert.DoesNotContain("   at ", output + error);
        Assert.DoesNotContain("hunter2", output + error);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<SampleIssuer> StartAsync(string state, params (string Name, string? Value)[] settings) => SampleIssuer.StartWithAsync(
        state, [("ATP_ADMIN_KEY", s_key), ("ATP_KEYS", Path.Combine(_folder, "keys")), .. settings]);

    private static async Task<string> RegisterAsync(SampleIssuer issuer, string id)
    {
        using var answer = await issuer.AdministerAsync("POST", "", s_key, $$"""{"agent_id":"{{id}}","scopes":["data.read"]}""");
        Assert.Equal(201, (int)answer.StatusCode);
        return (await Wire.JsonAsync(answer)).GetProperty("secret").GetString()!;
    }

    private static string Signed(string id, string secret) =>
        TestIssuer.Signed(new Dictionary<string, object?>(TestIssuer.Body()) { ["agent_id"] = id }, secret);

    private static async Task<string> TokenAsync(SampleIssuer issuer, string body)
    {
        using var answer = await issuer.RequestTokenAsync(body);
        Assert.Equal(200, (int)answer.StatusCode);
        return (await Wire.JsonAsync(answer)).GetProperty("token").GetString()!;
    }
}
