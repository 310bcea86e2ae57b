using Agentdom.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.Tests.AspNetCore;

/// <summary>A token of one node at another, which still keeps what the directory said before a change.</summary>
public sealed class SeveralNodesTests : IAsyncLifetime
{
    private const string Older = "the older secret of an agent, more than 32 bytes";
    private const string Newer = "the newer secret of an agent, more than 32 bytes";

    private static readonly string s_signingKey = Convert.ToBase64String(RandomBytes.Make(32));

    private readonly CustomerDatabase _database = new();
    private readonly TwoClocks _time = new();
    private TestIssuer _one = null!;
    private TestIssuer _other = null!;

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
            s.AddSingleton<TimeProvider>(_time);
            s.AddAgentTokenIssuer(static _ => { }).UseAgents(_ => _database);
        },
        addSecret: false);
}
