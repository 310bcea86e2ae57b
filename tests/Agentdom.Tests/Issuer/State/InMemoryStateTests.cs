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
}
