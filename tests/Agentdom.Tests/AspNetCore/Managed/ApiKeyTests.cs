using Agentdom.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.Tests.AspNetCore;

/// <summary>Whose API key is accepted, and what ends the tokens that were requested with it.</summary>
public sealed class ApiKeyTests
{
    private static readonly (string Method, string Path)[] s_calls =
        [("POST", ""), ("GET", ""), ("POST", "/00000000000000000000000000000000/rotate"), ("DELETE", "/00000000000000000000000000000000")];

    [Fact]
    public void AKeyHas256RandomBitsAndItsHashIsSha256()
    {
        Assert.Matches("^atpk_[A-Za-z0-9_-]{43}$", AgentApiKey.Generate());
        Assert.Equal(100, Enumerable.Range(0, 100).Select(static _ => AgentApiKey.Generate()).Distinct().Count());
        // printf %s abc | sha256sum
        Assert.Equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", AgentApiKey.HashOf("abc"));
    }

    [Fact]
    public async Task WithoutAKeyOrWithAWrongOneEveryCallIsRefusedInTheSameWay()
    {
        await using var issuer = await ManagedIssuer.StartAsync(o => o.Agents.Add(ManagedIssuer.A(disabled: true)));
        var token = await issuer.As(ManagedIssuer.KeyOfB).IssueAsync("""{"scopes":["data.read"]}""");
        string?[] keys =
        [
            null, "", "atpk_", AgentApiKey.Generate(), ManagedIssuer.KeyOfB + "A", ManagedIssuer.KeyOfB[..^1],
            ManagedIssuer.KeyOfB.ToUpperInvariant(),
            // The agent is disabled.
            ManagedIssuer.KeyOfA,
            ManagedIssuer.SecretOfA, TestIssuer.SecretText, AgentApiKey.HashOf(ManagedIssuer.KeyOfB), token.Token,
        ];
        var answers = new HashSet<string>();
        foreach (var key in keys)
        {
            foreach (var (method, path) in s_calls)
            {
                using var answer = await issuer.As(key).SendAsync(method, path);
                Wire.AssertChallenge(answer, 401, "Bearer");
                await Wire.AssertRefusedAsync(answer, 401, "invalid_api_key");
                answers.Add(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
            }
        }
        Assert.Single(answers);
    }

    [Theory]
    [InlineData("Basic {0}")]
    [InlineData("{0}")]
    [InlineData("Bearer{0}")]
    public async Task AnotherSchemeIsNoKey(string form)
    {
        await using var issuer = await ManagedIssuer.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, issuer.Issuer.Uri("/v1/agent-tokens/managed"));
        request.Headers.TryAddWithoutValidation("Authorization", form.Replace("{0}", ManagedIssuer.KeyOfA));
        await Wire.AssertRefusedAsync(await Wire.Http.SendAsync(request, TestContext.Current.CancellationToken), 401, "invalid_api_key");
    }

    [Fact]
    public async Task AKeyOpensNothingButItsEndpoints()
    {
        await using var issuer = await ManagedIssuer.StartAsync();
        Wire.AssertChallenge(await issuer.Issuer.GetDataAsync(ManagedIssuer.KeyOfA), 401, "Bearer error=\"invalid_token\"");
        var body = TestIssuer.Body();
        body["agent_id"] = "A";
        await Wire.AssertRefusedAsync(
            await issuer.Issuer.RequestTokenAsync(TestIssuer.Signed(body, ManagedIssuer.KeyOfA)), 401, "invalid_signature");
    }

    [Fact]
    public async Task RemovingAKeyEndsTheTokensThatWereRequestedWithItAndNoOthers()
    {
        var (state, newer) = (new InMemoryIssuerState(), AgentApiKey.Generate());
        await using var before = await StartAsync(state, ManagedIssuer.A(keys: [newer, ManagedIssuer.KeyOfA]));
        var old = await before.Tokens.IssueAsync();
        var rotated = await before.Tokens.IssueAsync();
        rotated = await before.As(newer).RotateAsync(rotated.Id);
        var other = await before.As(newer).IssueAsync();
        var signed = await Wire.TokenAsync(before.Issuer, Body(), ManagedIssuer.SecretOfA);
        Assert.Equal(3, (await before.Tokens.ListAsync()).Length);

        await using var after = await StartAsync(state, ManagedIssuer.A(keys: [newer]));
        await Wire.AssertNotValidAsync(after.Issuer, old.Token);
        Assert.Equal(401, (int)(await after.Issuer.GetDataAsync(old.Token)).StatusCode);
        foreach (var token in new[] { rotated.Token, other.Token, signed }) Assert.True(await Wire.IsValidAsync(after.Issuer, token));
        Assert.Equal(((string[])[rotated.Id, other.Id]).Order(), (await after.As(newer).IdsAsync()).Order());
        await Wire.AssertRefusedAsync(await after.As(newer).SendAsync("POST", $"/{old.Id}/rotate"), 404, "unknown_token");
        await Wire.AssertRefusedAsync(await after.Tokens.SendAsync("GET"), 401, "invalid_api_key");

        // The signing secret has no effect on them either.
        await using var withoutSecret = await StartAsync(state, new RegisteredAgent
        {
            AgentId = "A",
            Scopes = ["data.read"],
            ApiKeyHashes = [AgentApiKey.HashOf(newer)],
        });
        Assert.True(await Wire.IsValidAsync(withoutSecret.Issuer, other.Token));
        await Wire.AssertNotValidAsync(withoutSecret.Issuer, signed);
    }

    [Fact]
    public async Task DisablingAnAgentEndsItsTokensAndItCannotGetOthers()
    {
        var state = new InMemoryIssuerState();
        await using var before = await StartAsync(state, ManagedIssuer.A());
        var issued = await before.Tokens.IssueAsync();
        await using var during = await StartAsync(state, ManagedIssuer.A(disabled: true));

        await Wire.AssertNotValidAsync(during.Issuer, issued.Token);
        foreach (var (method, path) in s_calls)
            await Wire.AssertRefusedAsync(await during.Tokens.SendAsync(method, path), 401, "invalid_api_key");
    }

    [Fact]
    public async Task VoidingTheTokensOfAnAgentEndsThemAndNewOnesAreValid()
    {
        var (state, time) = (new InMemoryIssuerState(), new ManualTime(TimeSpan.FromMilliseconds(300)));
        await using var before = await StartAsync(state, ManagedIssuer.A(), time);
        var issued = await before.Tokens.IssueAsync();
        await using var after = await StartAsync(state, ManagedIssuer.A(validFrom: time.GetUtcNow()), time);

        await Wire.AssertNotValidAsync(after.Issuer, issued.Token);
        Assert.Empty(await after.Tokens.ListAsync());
        await Wire.AssertRefusedAsync(await after.Tokens.SendAsync("POST", $"/{issued.Id}/rotate"), 404, "unknown_token");
        // A token of this second would be invalid.
        using (var early = await after.Tokens.SendAsync("POST"))
            Assert.Equal((429, true), ((int)early.StatusCode, early.Headers.RetryAfter is not null));

        time.Advance(1);
        Assert.True(await Wire.IsValidAsync(after.Issuer, (await after.Tokens.IssueAsync()).Token));
    }

    [Fact]
    public async Task AScopeThatWasTakenFromTheAgentIsNotRotated()
    {
        var state = new InMemoryIssuerState();
        await using var before = await StartAsync(state, ManagedIssuer.A());
        var issued = await before.Tokens.IssueAsync("""{"scopes":["data.read","data.write"]}""");
        await using var after = await StartAsync(state, new RegisteredAgent
        {
            AgentId = "A",
            Scopes = ["data.read"],
            ApiKeyHashes = [AgentApiKey.HashOf(ManagedIssuer.KeyOfA)],
        });

        await Wire.AssertRefusedAsync(await after.Tokens.SendAsync("POST", $"/{issued.Id}/rotate"), 403, "invalid_scope");
        Assert.True(await Wire.IsValidAsync(after.Issuer, issued.Token));
    }

    private static Task<ManagedIssuer> StartAsync(InMemoryIssuerState state, RegisteredAgent a, TimeProvider? time = null) =>
        ManagedIssuer.StartAsync(o => o.Agents.Add(a), s =>
        {
            s.AddSingleton<IIssuerState>(state);
            if (time is not null) s.AddSingleton(time);
        });

    private static Dictionary<string, object?> Body() => new(TestIssuer.Body()) { ["agent_id"] = "A" };
}
