using Agentdom.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.Tests.AspNetCore;

/// <summary>A token of one node at another, which still keeps what the directory said before a change.</summary>
public sealed class SeveralNodesTests : IAsyncLifetime
{
    private const string Older = "the older secret of an agent, more than 32 bytes";
    private const string Scopes = """{"scopes":["data.read"]}""";
    private const string Newer = "the newer secret of an agent, more than 32 bytes";

    private static readonly string s_signingKey = Convert.ToBase64String(RandomBytes.Make(32));

    private readonly CustomerDatabase _database = new();
    private readonly TwoClocks _time = new();
    private readonly InMemoryIssuerState _state;
    private TestIssuer _one = null!;
    private TestIssuer _other = null!;

    public SeveralNodesTests() => _state = new InMemoryIssuerState(time: _time);

    public async ValueTask InitializeAsync()
    {
        Set(Older);
        _one = await StartAsync(cacheSeconds: 0);
        _other = await StartAsync(cacheSeconds: 60);
    }

    public async ValueTask DisposeAsync()
    {
        await _one.DisposeAsync();
        await _other.DisposeAsync();
    }

    [Fact]
    public async Task ATokenThatWasRequestedWithANewSecretIsAcceptedAtOnce()
    {
        var older = await TokenAsync(Older);
        await AssertAcceptedAsync(older);
        Set(Newer, Older);

        await AssertAcceptedAsync(await TokenAsync(Newer));
        await AssertAcceptedAsync(older);
    }

    [Fact]
    public async Task ATokenThatWasRequestedWithANewApiKeyIsAcceptedAtOnce()
    {
        await AssertAcceptedAsync(await TokenAsync(Older));
        var key = AgentApiKey.Generate();
        _database.Agents["A"] = new RegisteredAgent
        {
            AgentId = "A",
            Secrets = [Older],
            Scopes = ["data.read"],
            ApiKeyHashes = [AgentApiKey.HashOf(key)],
        };

        await AssertAcceptedAsync((await new ManagedTokens(_one, key).IssueAsync()).Token);
        await AssertAcceptedAsync((await new ManagedTokens(_other, key).IssueAsync()).Token);
    }

    [Fact]
    public async Task AManagedTokenOfANewApiKeyIsListedAndRotatedAtOnce()
    {
        var (older, newer) = (AgentApiKey.Generate(), AgentApiKey.Generate());
        SetKeys(older);
        Assert.Empty(await new ManagedTokens(_other, older).ListAsync());
        SetKeys(newer, older);
        var issued = await new ManagedTokens(_one, newer).IssueAsync();

        Assert.Equal([issued.Id], await new ManagedTokens(_other, older).IdsAsync());
        var rotated = await new ManagedTokens(_other, older).RotateAsync(issued.Id);
        Assert.Equal(issued.Id, rotated.Id);
        await AssertAcceptedAsync(rotated.Token);
    }

    [Fact]
    public async Task ANodeThatDoesNotKnowANewApiKeyDoesNotRevokeItsTokens()
    {
        var (older, newer) = (AgentApiKey.Generate(), AgentApiKey.Generate());
        SetKeys(older);
        var (one, other) = (new ManagedTokens(_one, older), new ManagedTokens(_other, older));
        for (var i = 0; i < 99; i++) await other.IssueAsync();
        SetKeys(newer, older);
        var issued = await new ManagedTokens(_one, newer).IssueAsync();

        Assert.Equal(429, (int)(await other.SendAsync("POST", body: Scopes)).StatusCode);
        await AssertAcceptedAsync(issued.Token);

        // A key that has ended makes room, once it is certain that it is not a new one.
        SetKeys(older);
        _time.Pass(2);
        Assert.Equal(429, (int)(await one.SendAsync("POST", body: Scopes)).StatusCode);
        _time.Pass(60);
        Assert.Equal(200, (int)(await one.SendAsync("POST", body: Scopes)).StatusCode);
        SetKeys(newer, older);
        await AssertRefusedAsync(issued.Token);
    }

    [Fact]
    public async Task ATokenOfANewAgentIsAcceptedAtOnce()
    {
        _database.Agents.Clear();
        await _other.RequestTokenAsync(TestIssuer.Signed(Body(), Older));
        Set(Older);

        await AssertAcceptedAsync(await TokenAsync(Older));
    }

    [Fact]
    public async Task ATokenOfAnAgentThatWasLetInAgainIsAcceptedAtOnce()
    {
        _database.Agents["A"] = new RegisteredAgent { AgentId = "A", Secrets = [Older], Scopes = ["data.read"], Disabled = true };
        await _other.RequestTokenAsync(TestIssuer.Signed(Body(), Older));
        Set(Older);

        await AssertAcceptedAsync(await TokenAsync(Older));
    }

    [Fact]
    public async Task ADeadTokenCostsOneSearchASecondAtMost()
    {
        var dead = await TokenAsync(Older);
        Set(Newer);
        _database.Searches.Clear();

        for (var i = 0; i < 10; i++) await AssertRefusedAsync(dead);
        Assert.Equal(2, _database.Searches["A"]);
        _time.Pass(1);
        for (var i = 0; i < 10; i++) await AssertRefusedAsync(dead);
        Assert.Equal(3, _database.Searches["A"]);
    }

    [Fact]
    public async Task StrangersCauseNoSearchForAnAgentThatIsKept()
    {
        var token = await TokenAsync(Older);
        await AssertAcceptedAsync(token);
        _database.Searches.Clear();

        var forged = ByHand.Token(ByHand.Header(token).GetRawText(), ByHand.PayloadOf(token), RandomBytes.Make(32));
        for (var i = 0; i < 5; i++)
        {
            await AssertRefusedAsync(forged);
            using var answer = await _other.RequestTokenAsync(TestIssuer.Signed(Body(), Newer));
            Assert.Equal(401, (int)answer.StatusCode);
        }
        Assert.Empty(_database.Searches);
    }

    private void Set(params string[] secrets) =>
        _database.Agents["A"] = new RegisteredAgent { AgentId = "A", Secrets = secrets, Scopes = ["data.read"] };

    private void SetKeys(params string[] keys) => _database.Agents["A"] = new RegisteredAgent
    {
        AgentId = "A",
        Secrets = [Older],
        Scopes = ["data.read"],
        ApiKeyHashes = [.. keys.Select(AgentApiKey.HashOf)],
    };

    private Task<string> TokenAsync(string secret) => Wire.TokenAsync(_one, Body(), secret);

    private async Task AssertAcceptedAsync(string token)
    {
        Assert.Equal(200, (int)(await _other.GetDataAsync(token)).StatusCode);
        Assert.True(await Wire.IsValidAsync(_other, token));
    }

    private async Task AssertRefusedAsync(string token)
    {
        Assert.Equal(401, (int)(await _other.GetDataAsync(token)).StatusCode);
        await Wire.AssertNotValidAsync(_other, token);
    }

    private static Dictionary<string, object?> Body() => new(TestIssuer.Body()) { ["agent_id"] = "A" };

    private Task<TestIssuer> StartAsync(int cacheSeconds) => TestIssuer.StartAsync(
        o =>
        {
            o.SigningKeys.Add(s_signingKey);
            o.DirectoryCacheSeconds = cacheSeconds;
        },
        s =>
        {
            s.AddSingleton<TimeProvider>(_time).AddSingleton<IIssuerState>(_state);
            s.AddAgentTokenIssuer(static _ => { }).UseAgents(_ => _database);
        },
        static app => app.MapPublishedAgentTokens(),
        addSecret: false);
}
