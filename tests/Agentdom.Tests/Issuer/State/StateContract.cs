using System.Security.Cryptography;

namespace Agentdom.Tests.Issuer;

/// <summary>The tests for every kind of state. Each kind has a derived class.</summary>
public abstract class StateContract : IAsyncLifetime
{
    private static readonly CancellationToken s_none = CancellationToken.None;

    private IIssuerState _state = null!;

    public async ValueTask InitializeAsync() => _state = await OpenAsync();

    protected abstract Task<IIssuerState> OpenAsync();

    public abstract ValueTask DisposeAsync();

    [Fact]
    public async Task ASignatureIsNewOnce()
    {
        var (signature, until) = (Signature(), In(300));

        Assert.True(await _state.TryRememberAsync(signature, until, s_none));
        Assert.False(await _state.TryRememberAsync(signature, until, s_none));
        Assert.False(await _state.TryRememberAsync([.. signature], until, s_none));
    }

    [Fact]
    public async Task OneOfManyAtTheSameTimeIsFirst()
    {
        for (var round = 0; round < 20; round++)
        {
            var (signature, until) = (Signature(), In(300));
            var first = await Task.WhenAll(Enumerable.Range(0, 64)
                .Select(_ => Task.Run(() => _state.TryRememberAsync(signature, until, s_none).AsTask())));

            Assert.Equal(1, first.Count(isFirst => isFirst));
        }
    }

    [Fact]
    public async Task TenThousandDifferentOnesAtTheSameTimeAreAllNewAndThenNoneIs()
    {
        var until = In(300);
        var signatures = Enumerable.Range(0, 10_000).Select(_ => Signature()).ToList();

        Assert.DoesNotContain(false, await RememberAsync(signatures, until));
        Assert.DoesNotContain(true, await RememberAsync(signatures, until));
    }

    [Fact]
    public async Task ATokenIsRevokedFromThenOnAndOthersAreNot()
    {
        var until = In(3600);
        var (token, other) = (Guid.NewGuid().ToString(), Guid.NewGuid().ToString());
        Assert.False(await _state.IsRevokedAsync(token, until, s_none));

        await _state.RevokeAsync(token, until, s_none);
        await _state.RevokeAsync(token, until, s_none);

        Assert.True(await _state.IsRevokedAsync(token, until, s_none));
        Assert.False(await _state.IsRevokedAsync(other, until, s_none));
    }

    [Fact]
    public async Task EachRevocationIsVisibleOnceItsCallHasReturned()
    {
        var until = In(3600);
        await Parallel.ForAsync(0, 500, async (i, _) =>
        {
            var token = Guid.NewGuid().ToString();
            Assert.False(await _state.IsRevokedAsync(token, until, s_none));
            await _state.RevokeAsync(token, until, s_none);
            Assert.True(await _state.IsRevokedAsync(token, until, s_none));
        });
    }

    [Fact]
    public async Task SignaturesOfManyMomentsDoNotDisturbEachOther()
    {
        var entries = Enumerable.Range(-20, 320).Select(seconds => (Signature: Signature(), Until: In(seconds))).ToList();

        foreach (var (signature, until) in entries) Assert.True(await _state.TryRememberAsync(signature, until, s_none));
        // Even if an entry has expired between the check of the timestamp and now.
        foreach (var (signature, until) in entries.Where(e => e.Until > In(-10)))
            Assert.False(await _state.TryRememberAsync(signature, until, s_none));
    }

    [Fact]
    public async Task SignaturesAndTokensAreIndependent()
    {
        var until = In(300);
        var token = Guid.NewGuid().ToString();
        var itsHash = SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(token));

        Assert.True(await _state.TryRememberAsync(itsHash, until, s_none));
        Assert.False(await _state.IsRevokedAsync(token, until, s_none));
        await _state.RevokeAsync(token, until, s_none);
        Assert.True(await _state.IsRevokedAsync(token, until, s_none));
    }

    [Fact]
    public async Task CallersWhoStopWaitingDoNotDisturbTheOthers()
    {
        var until = In(300);
        using var cancel = new CancellationTokenSource();
        var impatient = Enumerable.Range(0, 200).Select(_ => Ended(_state.TryRememberAsync(Signature(), until, cancel.Token))).ToList();
        var patient = RememberAsync([.. Enumerable.Range(0, 200).Select(_ => Signature())], until);
        await cancel.CancelAsync();

        Assert.DoesNotContain(false, await patient);
        await Task.WhenAll(impatient);
        Assert.True(await _state.TryRememberAsync(Signature(), until, s_none));

        static async Task Ended(ValueTask<bool> call)
        {
            try
            {
                await call;
            }
            catch (OperationCanceledException)
            {
                // The caller cancelled it.
            }
        }
    }

    protected static byte[] Signature() => RandomNumberGenerator.GetBytes(32);

    protected static DateTimeOffset In(double seconds) => DateTimeOffset.UtcNow.AddSeconds(seconds);

    private Task<bool[]> RememberAsync(List<byte[]> signatures, DateTimeOffset until) =>
        Task.WhenAll(signatures.Select(s => Task.Run(() => _state.TryRememberAsync(s, until, s_none).AsTask())));
}
