using Agentdom.Tests.Support;

namespace Agentdom.Tests.Issuer;

public sealed class InMemoryStateTests : StateContract
{
    protected override Task<IIssuerState> OpenAsync() => Task.FromResult<IIssuerState>(new InMemoryIssuerState());

    public override ValueTask DisposeAsync() => default;

    [Fact]
    public async Task AClockThatJumpsAheadForAMomentDropsNothing()
    {
        var time = new ManualTime();
        var state = new InMemoryIssuerState(time: time);
        var (signature, until) = (Signature(), time.GetUtcNow().AddSeconds(300));
        await state.TryRememberAsync(signature, until, default);
        await state.RevokeAsync("a token", until, default);

        foreach (var leap in new[] { 86400, -86400, 15, -86400, 86400, 15 })
        {
            time.Advance(leap);
            await state.TryRememberAsync(Signature(), time.GetUtcNow().AddSeconds(300), default);
            await state.RevokeAsync("another", time.GetUtcNow().AddSeconds(300), default);
        }

        Assert.False(await state.TryRememberAsync(signature, until, default));
        Assert.True(await state.IsRevokedAsync("a token", until, default));
    }

    [Fact]
    public async Task ExpiredSetsOfManagedTokensAreRemovedAndTheirTokensCountAsRevoked()
    {
        var time = new ManualTime();
        var state = new InMemoryIssuerState(time: time);
        IManagedTokenStore sets = state;
        var (early, late) = (SetUntil(time.GetUtcNow().AddSeconds(300)), SetUntil(time.GetUtcNow().AddSeconds(3600)));
        await sets.TryReplaceAsync("early", null, early, default);
        await sets.TryReplaceAsync("late", null, late, default);

        foreach (var step in new[] { 330, 15, 15 })
        {
            time.Advance(step);
            await sets.TryReplaceAsync("another", (await sets.FindAsync("another", default))?.Version, late, default);
        }

        Assert.Null(await sets.FindAsync("early", default));
        AssertSame(late, await sets.FindAsync("late", default));
        Assert.True(await state.IsRevokedAsync("a token of the early set", early.Until, default));
        Assert.False(await state.IsRevokedAsync("a token of the late set", late.Until, default));
    }

    [Fact]
    public async Task SetsOfManagedTokensAreBounded()
    {
        IManagedTokenStore sets = new InMemoryIssuerState(capacity: 2);
        Assert.True(await sets.TryReplaceAsync("A", null, Set(300), default));
        var last = Set(300);
        Assert.True(await sets.TryReplaceAsync("B", null, last, default));
        await Assert.ThrowsAsync<IssuerStateException>(() => sets.TryReplaceAsync("C", null, Set(300), default).AsTask());
        Assert.True(await sets.TryReplaceAsync("B", last.Version, Set(600), default));
    }
}
