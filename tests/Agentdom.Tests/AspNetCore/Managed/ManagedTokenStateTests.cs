using Agentdom.Tests.Support;

namespace Agentdom.Tests.AspNetCore;

/// <summary>Managed tokens on two nodes that share a state, for every kind of state (protocol.md §10).</summary>
public sealed class ManagedTokenStateTests
{
    public static TheoryData<string> Kinds => SharedState.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task ATokenIsIssuedListedRotatedAndRevokedAtEveryNode(string kind)
    {
        await using var state = await SharedState.StartAsync(kind);
        await using var one = await ManagedIssuer.StartAsync(state);
        await using var two = await ManagedIssuer.StartAsync(state);

        var first = await one.Tokens.IssueAsync();
        await AssertValidAsync(first.Token, one, two);
        var listed = Assert.Single(await two.Tokens.ListAsync());
        Assert.Equal(["created_at", "expires_at", "id", "scopes"], listed.EnumerateObject().Select(static p => p.Name).Order());
        Assert.Equal(first.Id, listed.GetProperty("id").GetString());
        Assert.Equal(first.ExpiresAt, listed.GetProperty("expires_at").GetDateTimeOffset());

        var second = await two.Tokens.RotateAsync(first.Id);
        Assert.Equal(first.Id, second.Id);
        Assert.Equal(first.Scopes, second.Scopes);
        Assert.NotEqual(first.Token, second.Token);
        await AssertDeadAsync(first.Token, one, two);
        await AssertValidAsync(second.Token, one, two);
        Assert.Equal(
            listed.GetProperty("created_at").GetString(),
            Assert.Single(await one.Tokens.ListAsync()).GetProperty("created_at").GetString());

        await one.Tokens.RevokeAsync(first.Id);
        await AssertDeadAsync(second.Token, one, two);
        Assert.Empty(await two.Tokens.ListAsync());
        await two.Tokens.RevokeAsync(first.Id);
        await Wire.AssertRefusedAsync(await two.Tokens.SendAsync("POST", $"/{first.Id}/rotate"), 404, "unknown_token");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task ManyRotationsAtTheSameTimeLeaveOneValidTokenThatTheIdReaches(string kind)
    {
        await using var state = await SharedState.StartAsync(kind);
        await using var one = await ManagedIssuer.StartAsync(state);
        await using var two = await ManagedIssuer.StartAsync(state);
        for (var round = 0; round < 3; round++)
        {
            var first = await one.Tokens.IssueAsync();
            var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(
                i => Task.Run(() => (i % 2 == 0 ? one : two).Tokens.SendAsync("POST", $"/{first.Id}/rotate"))));

            var tokens = new List<string> { first.Token };
            foreach (var answer in answers)
            {
                if ((int)answer.StatusCode == 404) await Wire.AssertRefusedAsync(answer, 404, "unknown_token");
                else tokens.Add((await ManagedTokens.ReadAsync(answer)).Token);
            }
            var valid = new List<string>();
            foreach (var token in tokens)
            {
                if (await Wire.IsValidAsync(two.Issuer, token)) valid.Add(token);
            }
            Assert.Single(valid);
            Assert.Equal([first.Id], await two.Tokens.IdsAsync());
            await two.Tokens.RevokeAsync(first.Id);
            await AssertDeadAsync(valid[0], one, two);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task RotatingAndRevokingAtTheSameTimeLeavesNoTokenThatTheIdDoesNotReach(string kind)
    {
        await using var state = await SharedState.StartAsync(kind);
        await using var one = await ManagedIssuer.StartAsync(state);
        await using var two = await ManagedIssuer.StartAsync(state);
        for (var round = 0; round < 5; round++)
        {
            var first = await one.Tokens.IssueAsync();
            var rotations = Enumerable.Range(0, 4).Select(
                _ => Task.Run(() => one.Tokens.SendAsync("POST", $"/{first.Id}/rotate"))).ToList();
            var revocation = Task.Run(() => two.Tokens.RevokeAsync(first.Id));
            await revocation;
            foreach (var answer in await Task.WhenAll(rotations))
            {
                if (answer.IsSuccessStatusCode) await AssertDeadAsync((await ManagedTokens.ReadAsync(answer)).Token, one, two);
            }
            await AssertDeadAsync(first.Token, one, two);
            Assert.Empty(await one.Tokens.ListAsync());
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task TokensThatAreIssuedAtTheSameTimeAreAllKnown(string kind)
    {
        await using var state = await SharedState.StartAsync(kind);
        await using var one = await ManagedIssuer.StartAsync(state);
        await using var two = await ManagedIssuer.StartAsync(state);

        var issued = await Task.WhenAll(Enumerable.Range(0, 16).Select(
            i => Task.Run(() => (i % 2 == 0 ? one : two).Tokens.IssueAsync())));

        Assert.Equal(issued.Select(static token => token.Id).Order(), (await one.Tokens.IdsAsync()).Order());
        await Task.WhenAll(issued.Select(token => Task.Run(() => two.Tokens.RevokeAsync(token.Id))));
        Assert.Empty(await one.Tokens.ListAsync());
        foreach (var token in issued) Assert.False(await Wire.IsValidAsync(one.Issuer, token.Token));
    }

    private static async Task AssertValidAsync(string token, params ManagedIssuer[] nodes)
    {
        foreach (var node in nodes)
        {
            using var answer = await node.Issuer.GetDataAsync(token);
            Assert.Equal((200, "A"), ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync()));
        }
    }

    private static async Task AssertDeadAsync(string token, params ManagedIssuer[] nodes)
    {
        foreach (var node in nodes)
        {
            Wire.AssertChallenge(await node.Issuer.GetDataAsync(token), 401, "Bearer error=\"invalid_token\"");
            await Wire.AssertNotValidAsync(node.Issuer, token);
        }
    }
}
