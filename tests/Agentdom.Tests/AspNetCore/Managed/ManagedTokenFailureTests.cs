using Agentdom.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Agentdom.Tests.AspNetCore;

/// <summary>What is left if a state fails in the middle of a call: never a valid token that its id does not reach.</summary>
public sealed class ManagedTokenFailureTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ARotationThatFailsLeavesNoTokenThatTheIdDoesNotReach(bool isStored)
    {
        var state = new BreakingState();
        await using var issuer = await StartAsync(state);
        var issued = await issuer.Tokens.IssueAsync();
        var kept = await issuer.Tokens.IssueAsync();

        state.Break(isStored);
        await Wire.AssertRefusedAsync(await issuer.Tokens.SendAsync("POST", $"/{issued.Id}/rotate"), 503, "temporarily_unavailable");
        state.Mend();

        await Wire.AssertNotValidAsync(issuer.Issuer, issued.Token);
        // A token that was stored and not issued is nobody's. The id can be rotated, unless nothing was stored, and revoked in any case.
        Assert.Equal(isStored, (await issuer.Tokens.IdsAsync()).Contains(issued.Id));
        using var again = await issuer.Tokens.SendAsync("POST", $"/{issued.Id}/rotate");
        Assert.Equal(isStored ? 200 : 404, (int)again.StatusCode);
        await issuer.Tokens.RevokeAsync(issued.Id);
        if (isStored) await Wire.AssertNotValidAsync(issuer.Issuer, (await ManagedTokens.ReadAsync(again)).Token);
        Assert.Equal([kept.Id], await issuer.Tokens.IdsAsync());
        Assert.True(await Wire.IsValidAsync(issuer.Issuer, kept.Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ARevocationThatFailsHasEndedTheTokenAndCanBeRepeated(bool isStored)
    {
        var state = new BreakingState();
        await using var issuer = await StartAsync(state);
        var issued = await issuer.Tokens.IssueAsync();

        state.Break(isStored);
        await Wire.AssertRefusedAsync(await issuer.Tokens.SendAsync("DELETE", $"/{issued.Id}"), 503, "temporarily_unavailable");
        state.Mend();

        await Wire.AssertNotValidAsync(issuer.Issuer, issued.Token);
        Assert.Empty(await issuer.Tokens.ListAsync());
        await issuer.Tokens.RevokeAsync(issued.Id);
    }

    [Fact]
    public async Task IfATokenCannotBeRevokedItIsNotRotated()
    {
        var state = new BreakingState();
        await using var issuer = await StartAsync(state);
        var issued = await issuer.Tokens.IssueAsync();

        state.BreakRevocations();
        await Wire.AssertRefusedAsync(await issuer.Tokens.SendAsync("POST", $"/{issued.Id}/rotate"), 503, "temporarily_unavailable");
        await Wire.AssertRefusedAsync(await issuer.Tokens.SendAsync("DELETE", $"/{issued.Id}"), 503, "temporarily_unavailable");
        state.Mend();

        Assert.True(await Wire.IsValidAsync(issuer.Issuer, issued.Token));
        Assert.Equal([issued.Id], await issuer.Tokens.IdsAsync());
        await issuer.Tokens.RevokeAsync(issued.Id);
        await Wire.AssertNotValidAsync(issuer.Issuer, issued.Token);
    }

    [Fact]
    public async Task ATokenIsIssuedOnlyIfItIsStored()
    {
        var state = new BreakingState();
        await using var issuer = await StartAsync(state);
        state.Break(isStored: false);
        using (var answer = await issuer.Tokens.SendAsync("POST"))
        {
            await Wire.AssertRefusedAsync(answer, 503, "temporarily_unavailable");
            Assert.Equal(1, answer.Headers.RetryAfter?.Delta?.TotalSeconds);
        }
        state.Mend();
        Assert.Empty(await issuer.Tokens.ListAsync());
        await issuer.Tokens.IssueAsync();
        var events = issuer.Log.Of("Agentdom.AspNetCore.CurrentIssuer").Select(static e => e.Id);
        Assert.Equal([2003, 2004], events.Where(static id => id is 2003 or 2004));
    }

    [Fact]
    public async Task WhatALaterVersionHasStoredIsNotOverwritten()
    {
        var state = new InMemoryIssuerState();
        IManagedTokenStore sets = state;
        await using var issuer = await StartAsync(state);
        foreach (var content in new[] { "2\nwhat is this?", "1\na b c", "1\na b c 1 2 x d", "" })
        {
            var set = new ManagedTokenSet(Guid.NewGuid(), content, DateTimeOffset.UtcNow.AddHours(1));
            await sets.TryReplaceAsync("A", (await sets.FindAsync("A", default))?.Version, set, default);

            await Wire.AssertRefusedAsync(await issuer.Tokens.SendAsync("POST"), 503, "temporarily_unavailable");
            await Wire.AssertRefusedAsync(await issuer.Tokens.SendAsync("GET"), 503, "temporarily_unavailable");
            Assert.Equal(set.Version, (await sets.FindAsync("A", default))?.Version);
        }
    }

    [Theory]
    [InlineData("memory")]
    [InlineData("sqlite")]
    public async Task AClockThatWasAheadLeavesNoTokenThatNoIdReaches(string kind)
    {
        var time = new ManualTime();
        await using var shared = await SharedState.StartAsync(kind);
        await using var issuer = await ManagedIssuer.StartAsync(services: s =>
        {
            s.AddSingleton<TimeProvider>(time);
            if (kind == "memory") s.AddSingleton<IIssuerState>(new InMemoryIssuerState(time: time));
            else shared.AddTo(s);
        });
        var idle = await issuer.As(ManagedIssuer.KeyOfB).IssueAsync("""{"scopes":["data.read"]}""");
        var busy = await issuer.Tokens.IssueAsync("""{"ttl_seconds":3600}""");

        time.Advance(2 * 60 * 60);
        for (var i = 0; i < 8; i++)
        {
            await issuer.Tokens.IssueAsync();
            time.Advance(15);
        }
        time.Advance(-2 * 60 * 60);

        foreach (var (token, tokens) in new[] { (idle, issuer.As(ManagedIssuer.KeyOfB)), (busy, issuer.Tokens) })
        {
            await tokens.RevokeAsync(token.Id);
            await Wire.AssertNotValidAsync(issuer.Issuer, token.Token);
        }
    }

    private static Task<ManagedIssuer> StartAsync(IIssuerState state) =>
        ManagedIssuer.StartAsync(o => o.PublicOrigin = new Uri("https://api.example.com"), s => s.AddSingleton(state));

    /// <summary>
    /// State in memory that can be made to fail. It is a fake, because no real store can be made to fail between two certain calls.
    /// </summary>
    private sealed class BreakingState : IIssuerState, IManagedTokenStore
    {
        private readonly InMemoryIssuerState _state = new();
        private bool _isBroken;
        private bool _isStored;
        private bool _revokes = true;

        /// <summary>Makes replacements fail, as if the connection broke before or after the set was stored.</summary>
        internal void Break(bool isStored) => (_isBroken, _isStored) = (true, isStored);

        internal void BreakRevocations() => _revokes = false;

        internal void Mend() => (_isBroken, _revokes) = (false, true);

        public ValueTask<bool> TryRememberAsync(byte[] signature, DateTimeOffset until, CancellationToken cancel) =>
            _state.TryRememberAsync(signature, until, cancel);

        public ValueTask RevokeAsync(string tokenId, DateTimeOffset until, CancellationToken cancel) =>
            _revokes ? _state.RevokeAsync(tokenId, until, cancel) : throw new IssuerStateException("out of reach");

        public ValueTask<bool> IsRevokedAsync(string tokenId, DateTimeOffset until, CancellationToken cancel) =>
            _state.IsRevokedAsync(tokenId, until, cancel);

        public ValueTask<ManagedTokenSet?> FindAsync(string agentId, CancellationToken cancel) =>
            ((IManagedTokenStore)_state).FindAsync(agentId, cancel);

        public async ValueTask<bool> TryReplaceAsync(
            string agentId, Guid? version, ManagedTokenSet? replacement, CancellationToken cancel)
        {
            if (_isBroken && !_isStored) throw new IssuerStateException("out of reach");
            var isReplaced = await ((IManagedTokenStore)_state).TryReplaceAsync(agentId, version, replacement, cancel);
            return _isBroken ? throw new IssuerStateException("out of reach") : isReplaced;
        }
    }
}
