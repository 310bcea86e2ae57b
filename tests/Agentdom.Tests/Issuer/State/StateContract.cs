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

    [Fact]
    public async Task ASetOfManagedTokensIsFoundAsItWasStored()
    {
        var (agent, stored) = (Agent(), Set(3600, "1\nfirst line\nsecond line"));
        Assert.Null(await Sets.FindAsync(agent, s_none));

        Assert.True(await Sets.TryReplaceAsync(agent, null, stored, s_none));

        AssertSame(stored, await Sets.FindAsync(agent, s_none));
        Assert.Null(await Sets.FindAsync(agent.ToUpperInvariant(), s_none));
        Assert.Null(await Sets.FindAsync(agent + " ", s_none));
    }

    [Fact]
    public async Task ALargeSetOfManagedTokensIsStoredWhole()
    {
        // More than 100 tokens with 64 scopes of 128 characters each.
        var (agent, stored) = (Agent(), Set(3600, new string('x', 900_000)));
        Assert.True(await Sets.TryReplaceAsync(agent, null, stored, s_none));
        AssertSame(stored, await Sets.FindAsync(agent, s_none));
    }

    [Fact]
    public async Task ASetOfManagedTokensIsReplacedOnlyIfItIsTheOneThatWasRead()
    {
        var agent = Agent();
        var (first, second, third) = (Set(3600), Set(1800), Set(7200));
        Assert.False(await Sets.TryReplaceAsync(agent, first.Version, second, s_none));
        Assert.False(await Sets.TryReplaceAsync(agent, first.Version, null, s_none));
        Assert.True(await Sets.TryReplaceAsync(agent, null, first, s_none));
        Assert.False(await Sets.TryReplaceAsync(agent, null, second, s_none));
        Assert.False(await Sets.TryReplaceAsync(agent, second.Version, third, s_none));
        AssertSame(first, await Sets.FindAsync(agent, s_none));

        Assert.True(await Sets.TryReplaceAsync(agent, first.Version, second, s_none));
        Assert.False(await Sets.TryReplaceAsync(agent, first.Version, third, s_none));
        Assert.False(await Sets.TryReplaceAsync(agent, first.Version, null, s_none));
        AssertSame(second, await Sets.FindAsync(agent, s_none));

        Assert.True(await Sets.TryReplaceAsync(agent, second.Version, null, s_none));
        Assert.Null(await Sets.FindAsync(agent, s_none));
        Assert.True(await Sets.TryReplaceAsync(agent, null, third, s_none));
        Assert.False(await Sets.TryReplaceAsync(agent, second.Version, first, s_none));
        AssertSame(third, await Sets.FindAsync(agent, s_none));
    }

    [Fact]
    public async Task OneOfManyReplacesASetOfManagedTokensAtTheSameTime()
    {
        var agent = Agent();
        Guid? version = null;
        for (var round = 0; round < 20; round++)
        {
            var sets = Enumerable.Range(0, 32).Select(i => Set(3600, $"1\n{i}")).ToList();
            var done = await Task.WhenAll(sets.Select(
                set => Task.Run(() => Sets.TryReplaceAsync(agent, version, set, s_none).AsTask())));

            var winner = Assert.Single(sets.Where((_, i) => done[i]));
            AssertSame(winner, await Sets.FindAsync(agent, s_none));
            version = winner.Version;
        }
    }

    /// <summary>The state as a store of managed tokens.</summary>
    protected IManagedTokenStore Sets => (IManagedTokenStore)_state;

    protected static string Agent() => $"agent-{Guid.NewGuid()}";

    protected static ManagedTokenSet Set(double seconds, string content = "1") => SetUntil(In(seconds), content);

    /// <summary>A set as an issuer makes it: its expiry has whole seconds.</summary>
    protected static ManagedTokenSet SetUntil(DateTimeOffset until, string content = "1") =>
        new(Guid.NewGuid(), content, DateTimeOffset.FromUnixTimeSeconds(until.ToUnixTimeSeconds()));

    protected static void AssertSame(ManagedTokenSet expected, ManagedTokenSet? actual) =>
        Assert.Equal((expected.Version, expected.Content, expected.Until), (actual?.Version, actual?.Content, actual?.Until));

    protected static byte[] Signature() => RandomNumberGenerator.GetBytes(32);

    protected static DateTimeOffset In(double seconds) => DateTimeOffset.UtcNow.AddSeconds(seconds);

    private Task<bool[]> RememberAsync(List<byte[]> signatures, DateTimeOffset until) =>
        Task.WhenAll(signatures.Select(s => Task.Run(() => _state.TryRememberAsync(s, until, s_none).AsTask())));
}
