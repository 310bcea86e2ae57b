using System.Text.Json.Nodes;
using Agentdom.AspNetCore;
using Agentdom.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.Tests.Issuer;

/// <summary>Agents with secrets and scopes of their own (protocol.md §6).</summary>
public sealed class RegisteredAgentTests
{
    private const string SecretOfA = "the secret of agent A, more than 32 bytes";
    private const string SecretOfB = "the secret of agent B, more than 32 bytes";

    private static readonly string s_signingKey = Convert.ToBase64String(RandomBytes.Make(32));

    [Fact]
    public async Task AnAgentGetsTheScopesThatItMayHave()
    {
        await using var issuer = await StartAsync(A(), B());

        var token = await Wire.TokenAsync(issuer, Body("A"), SecretOfA);
        Assert.Equal(("A", "data.read"), (Claim(token, "sub"), Claim(token, "scope")));
        Assert.Equal("A", await (await issuer.GetDataAsync(token)).Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal("data.write", Claim(await Wire.TokenAsync(issuer, Body("B", "data.write"), SecretOfB), "scope"));
    }

    [Fact]
    public async Task AnAgentCannotUseTheNameOfAnother()
    {
        await using var issuer = await StartAsync(A(), B());
        await AssertRefusedAsync(issuer, Body("B"), SecretOfA, 401, "invalid_signature");
    }

    [Fact]
    public async Task AScopeOfAnotherAgentIsRefusedByName()
    {
        await using var issuer = await StartAsync(A(), B());
        var refusal = await AssertRefusedAsync(issuer, Body("A", "data.read", "data.write"), SecretOfA, 403, "invalid_scope");
        Assert.Contains("'data.write'", refusal);
    }

    [Theory]
    [InlineData("C", TestIssuer.SecretText)]
    [InlineData("C", SecretOfA)]
    [InlineData("a", SecretOfA)]
    [InlineData("A ", SecretOfA)]
    // A registered agent's own secrets are the only ones.
    [InlineData("A", TestIssuer.SecretText)]
    public async Task OthersAreRefused(string agentId, string secret)
    {
        await using var issuer = await StartAsync(A(), B());
        await AssertRefusedAsync(issuer, Body(agentId), secret, 401, "invalid_signature");
    }

    [Fact]
    public async Task UnregisteredAgentsUseTheSharedSecretIfTheProviderAllowsIt()
    {
        await using var issuer = await StartAsync(o => o.AllowUnregisteredAgents = true, A());

        Assert.Equal("C", Claim(await Wire.TokenAsync(issuer, Body("C")), "sub"));
        await AssertRefusedAsync(issuer, Body("A"), TestIssuer.SecretText, 401, "invalid_signature");
        await AssertRefusedAsync(issuer, Body("C"), SecretOfA, 401, "invalid_signature");
    }

    [Fact]
    public async Task WithoutAnyAgentTheSharedSecretCanBeShutOutToo()
    {
        await using var issuer = await StartAsync(o => o.AllowUnregisteredAgents = false);
        await AssertRefusedAsync(issuer, Body("C"), TestIssuer.SecretText, 401, "invalid_signature");
    }

    [Fact]
    public async Task EveryRefusalOfAStrangerIsTheSameAnswer()
    {
        var disabled = new RegisteredAgent { AgentId = "D", Secrets = [SecretOfB], Scopes = ["data.read"], Disabled = true };
        await using var issuer = await StartAsync(A(), disabled);

        var answers = new HashSet<string>();
        foreach (var (agentId, secret) in new[] { ("A", SecretOfB), ("C", SecretOfA), ("D", SecretOfB), ("D", SecretOfA) })
            answers.Add(await AssertRefusedAsync(issuer, Body(agentId), secret, 401, "invalid_signature"));
        Assert.Single(answers);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(5)]
    public async Task ABodyThatNamesNoAgentIsRefusedForItsSignatureFirst(object? agentId)
    {
        await using var issuer = await StartAsync(A());
        var body = Body("A");
        body["agent_id"] = agentId;

        await AssertRefusedAsync(issuer, body, SecretOfA, 401, "invalid_signature");
    }

    [Fact]
    public async Task DisablingAnAgentEndsItsTokensAndWhatIsRevokedThenStaysRevoked()
    {
        var state = new InMemoryIssuerState();
        await using var before = await StartAsync(state, A());
        var (kept, revoked) = (await Wire.TokenAsync(before, Body("A"), SecretOfA), await Wire.TokenAsync(before, Body("A"), SecretOfA));
        await using var during = await StartAsync(
            state, new RegisteredAgent { AgentId = "A", Secrets = [SecretOfA], Scopes = ["data.read"], Disabled = true });

        await Wire.AssertNotValidAsync(during, kept);
        Wire.AssertChallenge(await during.GetDataAsync(kept), 401, "Bearer error=\"invalid_token\"");
        using var revocation = await during.PostAsync("/v1/agent-tokens/revoke", $$"""{"token":"{{revoked}}"}""");
        Assert.Equal(200, (int)revocation.StatusCode);

        await using var after = await StartAsync(state, A());
        Assert.True(await Wire.IsValidAsync(after, kept));
        await Wire.AssertNotValidAsync(after, revoked);
    }

    [Fact]
    public async Task TokensFromBeforeTheMomentAreInvalidAndNewOnesAreValid()
    {
        var time = new ManualTime(TimeSpan.FromMilliseconds(500));
        var first = Issuer(time, A());
        var token = Token(await first.MintAsync(Signed("A", time)));
        Assert.NotNull(await first.ReadTokenAsync(token, TestContext.Current.CancellationToken));

        var second = Issuer(time, new RegisteredAgent
        {
            AgentId = "A", Secrets = [SecretOfA], Scopes = ["data.read"], TokensValidFrom = time.GetUtcNow(),
        });
        Assert.Null(await second.ReadTokenAsync(token, TestContext.Current.CancellationToken));
        // A token of the same second could not be told from one of before.
        var early = await second.MintAsync(Signed("A", time));
        Assert.Equal((429, "rate_limited", 1), (early.Status, early.Outcome, early.RetryAfterSeconds));

        time.Advance(1);
        var fresh = Token(await second.MintAsync(Signed("A", time)));
        Assert.NotNull(await second.ReadTokenAsync(fresh, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(60, 60)]
    [InlineData(7200, 3600)]
    public async Task AnAgentsLifetimeOnlyShortens(int ofTheAgent, int granted)
    {
        await using var issuer = await StartAsync(new RegisteredAgent
        {
            AgentId = "A", Secrets = [SecretOfA], Scopes = ["data.read"], MaxTokenLifetime = TimeSpan.FromSeconds(ofTheAgent),
        });

        using var answer = await issuer.RequestTokenAsync(TestIssuer.Signed(Body("A"), SecretOfA));
        var grant = await Wire.JsonAsync(answer);
        var claims = ByHand.Claims(grant.GetProperty("token").GetString()!);
        Assert.Equal(granted, grant.GetProperty("expires_in").GetInt32());
        Assert.Equal(granted, claims.GetProperty("exp").GetInt64() - claims.GetProperty("iat").GetInt64());
    }

    [Fact]
    public async Task AnAgentsLimitIsItsOwn()
    {
        await using var issuer = await StartAsync(
            o => o.Limits.RequestsPerMinutePerAgent = null,
            new RegisteredAgent { AgentId = "A", Secrets = [SecretOfA], Scopes = ["data.read"], RequestsPerMinute = 2 }, B());

        for (var i = 0; i < 2; i++) await Wire.TokenAsync(issuer, Body("A"), SecretOfA);
        using var third = await issuer.RequestTokenAsync(TestIssuer.Signed(Body("A"), SecretOfA));
        Assert.Equal(429, (int)third.StatusCode);
        for (var i = 0; i < 5; i++) await Wire.TokenAsync(issuer, Body("B"), SecretOfB);
    }

    [Fact]
    public async Task RemovingAnOlderSecretEndsTheTokensThatWereRequestedWithIt()
    {
        var state = new InMemoryIssuerState();
        await using var during = await StartAsync(state, A(SecretOfB, SecretOfA));
        var (old, recent) = (await Wire.TokenAsync(during, Body("A"), SecretOfA), await Wire.TokenAsync(during, Body("A"), SecretOfB));
        Assert.True(await Wire.IsValidAsync(during, old));
        await using var after = await StartAsync(state, A(SecretOfB));

        await Wire.AssertNotValidAsync(after, old);
        Assert.True(await Wire.IsValidAsync(after, recent));
        await AssertRefusedAsync(after, Body("A"), SecretOfA, 401, "invalid_signature");
    }

    [Fact]
    public async Task AnAgentThatWasUnregisteredKeepsItsTokenIfItsOlderSecretIsTheSharedOne()
    {
        var state = new InMemoryIssuerState();
        await using var before = await TestIssuer.StartAsync(services: s => s.AddSingleton<IIssuerState>(state));
        var token = await Wire.TokenAsync(before, Body("A"));
        // The key was derived before, so its tokens stay valid only if the provider says so.
        await using var during = await StartAsync(state, o => o.AcceptDerivedSigningKeys = true, A(SecretOfA, TestIssuer.SecretText));
        await using var after = await StartAsync(state, o => o.AcceptDerivedSigningKeys = true, A(SecretOfA));
        await using var strict = await StartAsync(state, A(SecretOfA, TestIssuer.SecretText));

        Assert.True(await Wire.IsValidAsync(during, token));
        await Wire.TokenAsync(during, Body("A"));
        await Wire.TokenAsync(during, Body("A"), SecretOfA);
        await Wire.AssertNotValidAsync(after, token);
        await Wire.AssertNotValidAsync(strict, token);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AHolderOfTheSharedSecretCannotWriteATokenForAnAgentThatDoesNotHaveIt(bool hasSigningKey)
    {
        await using var unregistered = await TestIssuer.StartAsync();
        var token = await Wire.TokenAsync(unregistered, Body("A"));
        // As tokens were before they named their secret.
        var claims = JsonNode.Parse(ByHand.PayloadOf(token))!.AsObject();
        claims.Remove("akid");
        var written = ByHand.Token(ByHand.Header(token).GetRawText(), claims.ToJsonString(), ByHand.TokenKey());
        Assert.True(await Wire.IsValidAsync(unregistered, written));
        Action<AgentTokenIssuerOptions> acceptDerivedKeys = hasSigningKey
            ? static o => o.AcceptDerivedSigningKeys = true
            : static o => o.SigningKeys.Clear();
        await using var issuer = await StartAsync(acceptDerivedKeys, A());
        await using var sharing = await StartAsync(acceptDerivedKeys, A(SecretOfA, TestIssuer.SecretText));

        await Wire.AssertNotValidAsync(issuer, written);
        Wire.AssertChallenge(await issuer.GetDataAsync(written), 401, "Bearer error=\"invalid_token\"");
        Assert.True(await Wire.IsValidAsync(sharing, written));
    }

    private static RegisteredAgent A(params string[] secrets) =>
        new() { AgentId = "A", Secrets = secrets.Length == 0 ? [SecretOfA] : secrets, Scopes = ["data.read"] };

    private static RegisteredAgent B() => new() { AgentId = "B", Secrets = [SecretOfB], Scopes = ["data.read", "data.write"] };

    private static Dictionary<string, object?> Body(string agentId, params string[] scopes) => new(TestIssuer.Body())
    {
        ["agent_id"] = agentId, ["scopes"] = scopes.Length == 0 ? ["data.read"] : scopes,
    };

    private static string? Claim(string token, string name) => ByHand.Claims(token).GetProperty(name).GetString();

    private static Task<TestIssuer> StartAsync(params RegisteredAgent[] agents) => StartAsync(new InMemoryIssuerState(), agents);

    private static Task<TestIssuer> StartAsync(Action<AgentTokenIssuerOptions> configure, params RegisteredAgent[] agents) =>
        StartAsync(new InMemoryIssuerState(), configure, agents);

    private static Task<TestIssuer> StartAsync(IIssuerState state, params RegisteredAgent[] agents) => StartAsync(state, _ => { }, agents);

    private static Task<TestIssuer> StartAsync(
        IIssuerState state, Action<AgentTokenIssuerOptions> configure, params RegisteredAgent[] agents) => TestIssuer.StartAsync(
            o =>
            {
                o.SigningKeys.Add(s_signingKey);
                foreach (var agent in agents) o.Agents.Add(agent);
                configure(o);
            },
            services => services.AddSingleton<IIssuerState>(state));

    private static TokenIssuer Issuer(TimeProvider time, RegisteredAgent agent)
    {
        var options = new TokenIssuerOptions { Scopes = { "data.read" }, SigningKeys = { s_signingKey }, Agents = { agent } };
        return new TokenIssuer(options, new InMemoryIssuerState(time: time), time);
    }

    private static byte[] Signed(string agentId, TimeProvider time)
    {
        var body = Body(agentId);
        body["timestamp"] = time.GetUtcNow().ToUnixTimeMilliseconds();
        return System.Text.Encoding.UTF8.GetBytes(TestIssuer.Signed(body, SecretOfA));
    }

    private static string Token(IssuerReply reply) => StrictJson.ParseObject(reply.Body).Text("token")!;

    /// <returns>The description.</returns>
    private static async Task<string> AssertRefusedAsync(
        TestIssuer issuer, Dictionary<string, object?> body, string secret, int status, string code)
    {
        using var answer = await issuer.RequestTokenAsync(TestIssuer.Signed(body, secret));
        return (await Wire.AssertRefusedAsync(answer, status, code)).GetProperty("error_description").GetString()!;
    }
}
