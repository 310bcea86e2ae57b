using System.Text;
using Agentdom.AspNetCore.EntityFrameworkCore;
using Agentdom.Tests.Issuer;
using Agentdom.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.Tests.AspNetCoreEntityFrameworkCore;

/// <summary>The tests for state in the app's database. Each kind of database has a derived class.</summary>
public abstract class EfStateContract(string kind) : StateContract
{
    private static readonly CancellationToken s_none = CancellationToken.None;

    private readonly List<IAsyncDisposable> _opened = [];
    private AppDatabase? _database;
    private EfIssuerState _state = null!;

    protected sealed override async Task<IIssuerState> OpenAsync()
    {
        _database = await AppDatabase.CreateAsync(kind);
        return _state = Node();
    }

    public sealed override async ValueTask DisposeAsync()
    {
        foreach (var opened in Enumerable.Reverse(_opened)) await opened.DisposeAsync();
        if (_database is not null) await _database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected virtual IEntryInserter? Inserter => null;

    [Fact]
    public async Task EntriesAreThereForOtherNodes()
    {
        var (signature, until) = (Signature(), In(300));
        await _state.TryRememberAsync(signature, until, s_none);
        await _state.RevokeAsync("a token", until, s_none);

        var other = Node();
        Assert.False(await other.TryRememberAsync(signature, until, s_none));
        Assert.True(await other.IsRevokedAsync("a token", until, s_none));
        Assert.False(await other.IsRevokedAsync("another token", until, s_none));
    }

    [Fact]
    public async Task SetsOfManagedTokensAreThereForOtherNodes()
    {
        var other = Node();
        var (first, second) = (Set(3600), Set(7200));
        Assert.True(await _state.TryReplaceAsync("A", null, first, s_none));
        AssertSame(first, await other.FindAsync("A", s_none));
        Assert.True(await other.TryReplaceAsync("A", first.Version, second, s_none));
        Assert.False(await _state.TryReplaceAsync("A", first.Version, Set(60), s_none));
        AssertSame(second, await _state.FindAsync("A", s_none));
    }

    [Fact]
    public async Task ExpiredSetsOfManagedTokensArePrunedAndTheirTokensCountAsRevokedAtEveryNode()
    {
        var time = new ManualTime();
        var state = Node(time);
        var (early, late) = (SetUntil(time.GetUtcNow().AddSeconds(300)), SetUntil(time.GetUtcNow().AddSeconds(3600)));
        await state.TryReplaceAsync("early", null, early, s_none);
        await state.TryReplaceAsync("late", null, late, s_none);
        for (var reading = 0; reading < 3; reading++)
        {
            time.Advance(215);
            await state.PruneAsync();
        }
        // Expired for five minutes and 45 seconds. Two readings of the clock in a row have to see that.
        AssertSame(early, await state.FindAsync("early", s_none));
        time.Advance(15);
        await state.PruneAsync();

        Assert.Null(await state.FindAsync("early", s_none));
        AssertSame(late, await state.FindAsync("late", s_none));
        Assert.True(await Node().IsRevokedAsync("a token of the early set", early.Until, s_none));
        Assert.False(await Node().IsRevokedAsync("a token of the late set", late.Until, s_none));
    }

    [Fact]
    public async Task OneOfManyOnTwoNodesIsFirst()
    {
        var other = Node();
        var until = In(300);
        for (var round = 0; round < 50; round++)
        {
            var signature = Signature();
            var first = await Task.WhenAll(Enumerable.Range(0, 8).Select(i =>
                Task.Run(() => (i % 2 == 0 ? _state : other).TryRememberAsync(signature, until, s_none).AsTask())));
            Assert.Equal(1, first.Count(isFirst => isFirst));
        }
    }

    [Fact]
    public async Task TwoNodesThatGetTheSameManyInAnotherOrderAcceptEachOnce()
    {
        var other = Node();
        var until = In(300);
        var signatures = Enumerable.Range(0, 2000).Select(_ => Signature()).ToList();

        var answers = await Task.WhenAll(
            Task.WhenAll(signatures.Select(s => _state.TryRememberAsync(s, until, s_none).AsTask())),
            Task.WhenAll(Enumerable.Reverse(signatures).Select(s => other.TryRememberAsync(s, until, s_none).AsTask())));

        Assert.All(answers[0].Zip(answers[1].Reverse()), static both => Assert.True(both.First != both.Second));
    }

    [Fact]
    public async Task NoWholeSignatureAndNoTokenIdIsInTheDatabase()
    {
        var signature = Signature();
        await _state.TryRememberAsync(signature, In(300), s_none);
        await _state.RevokeAsync("a-token-that-has-a-name", In(300), s_none);

        var raw = await _database!.RawAsync();
        // A dump has bytes in hex, a file has them as they are.
        string[] forms = [Convert.ToHexStringLower(signature), Encoding.Latin1.GetString(signature)];
        Assert.Contains(forms, form => raw.Contains(form[..(form.Length / 2)], StringComparison.Ordinal));
        Assert.All(forms, form => Assert.DoesNotContain(form[..(form.Length * 17 / 32)], raw, StringComparison.Ordinal));
        Assert.DoesNotContain("a-token-that", raw, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OnlyExpiredEntriesArePruned()
    {
        var time = new ManualTime();
        var state = Node(time);
        var start = time.GetUtcNow();
        var (early, late) = (Signature(), Signature());
        await state.TryRememberAsync(early, start.AddSeconds(300), s_none);
        await state.TryRememberAsync(late, start.AddSeconds(900), s_none);
        await state.RevokeAsync("early", start.AddSeconds(300), s_none);
        await state.RevokeAsync("late", start.AddSeconds(900), s_none);

        // Expired for five minutes and 30 seconds. With 15 seconds of grace, only one reading of the clock has seen that.
        foreach (var step in new[] { 600, 15, 15 }) await AdvanceAsync(step);
        Assert.Equal((2, 2), await RowsAsync());
        Assert.False(await state.TryRememberAsync(early, start.AddSeconds(300), s_none));

        await AdvanceAsync(15);
        Assert.Equal((1, 1), await RowsAsync());
        Assert.False(await state.TryRememberAsync(late, start.AddSeconds(900), s_none));
        Assert.True(await state.IsRevokedAsync("late", start.AddSeconds(900), s_none));
        // What was removed is not accepted again, by any node.
        var error = await Assert.ThrowsAsync<IssuerStateException>(
            () => Node().TryRememberAsync(early, start.AddSeconds(300), s_none).AsTask());
        Assert.Contains("clock was set back", error.Message);
        Assert.True(await Node().IsRevokedAsync("early", start.AddSeconds(300), s_none));

        async Task AdvanceAsync(double seconds)
        {
            time.Advance(seconds);
            await state.PruneAsync();
        }
    }

    [Fact]
    public async Task ANodeWhoseClockIsFiveMinutesAheadRemovesNothingThatTheOthersNeed()
    {
        var (time, ahead) = (new ManualTime(), new ManualTime());
        ahead.Advance(300);
        var (node, fast) = (Node(time), Node(ahead));
        var start = time.GetUtcNow();
        // By a clock that is ahead, the first of them expire at once.
        for (var second = 0; second < 600; second += 15)
        {
            await node.TryRememberAsync(Signature(), start.AddSeconds(second), s_none);
            await node.RevokeAsync($"{second}", start.AddSeconds(second), s_none);
        }
        for (var second = 0; second < 300; second += 15)
        {
            time.Advance(15);
            ahead.Advance(15);
            await fast.PruneAsync();
            // The request that has the oldest timestamp, and the token that expires first.
            Assert.True(await node.TryRememberAsync(Signature(), time.GetUtcNow(), s_none));
            Assert.False(await node.IsRevokedAsync("another", time.GetUtcNow(), s_none));
        }
        Assert.NotEqual((40 + 20, 40), await RowsAsync());
    }

    [Fact]
    public async Task ManyExpiredEntriesArePrunedInSteps()
    {
        var time = new ManualTime();
        var state = Node(time);
        var until = time.GetUtcNow().AddSeconds(1);
        await Task.WhenAll(Enumerable.Range(0, 5000).Select(
            i => state.TryRememberAsync(Signature(), until.AddMilliseconds(i), s_none).AsTask()));
        for (var reading = 0; reading < 3; reading++)
        {
            time.Advance(330);
            await state.PruneAsync();
        }

        Assert.Equal((0, 0), await RowsAsync());
        await Assert.ThrowsAsync<IssuerStateException>(
            () => state.TryRememberAsync(Signature(), until.AddMilliseconds(4999), s_none).AsTask());
        Assert.True(await state.TryRememberAsync(Signature(), until.AddMilliseconds(5000), s_none));
    }

    [Fact]
    public async Task AClockThatJumpsAheadForAMomentDropsNothing()
    {
        var time = new ManualTime();
        var state = Node(time);
        var (signature, until) = (Signature(), time.GetUtcNow().AddSeconds(300));
        await state.TryRememberAsync(signature, until, s_none);

        foreach (var leap in new[] { 86400, -86400, 15, -86400, 86400, 15 })
        {
            time.Advance(leap);
            await state.PruneAsync();
        }

        Assert.False(await state.TryRememberAsync(signature, until, s_none));
    }

    [Fact]
    public async Task NodesThatPruneAtTheSameTimeLeaveOneMark()
    {
        var time = new ManualTime();
        var nodes = Enumerable.Range(0, 4).Select(_ => Node(time)).ToList();
        var until = time.GetUtcNow().AddSeconds(1);
        await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => _state.TryRememberAsync(Signature(), until, s_none).AsTask()));
        for (var reading = 0; reading < 3; reading++)
        {
            time.Advance(330);
            // One of several that add the first mark may fail, and leaves it to the others.
            await Task.WhenAll(nodes.Select(node => Task.Run(async () => await Record.ExceptionAsync(() => node.PruneAsync()))));
        }

        Assert.Equal((0, 0), await RowsAsync());
        await Assert.ThrowsAsync<IssuerStateException>(() => _state.TryRememberAsync(Signature(), until, s_none).AsTask());
    }

    [Fact]
    public async Task OneWrongCallDoesNotFailTheOthersOfItsBatch()
    {
        var until = In(300);
        var valid = Enumerable.Range(0, 100).Select(_ => _state.TryRememberAsync(Signature(), until, s_none).AsTask()).ToList();
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await _state.TryRememberAsync(new byte[15], until, s_none));
        valid.AddRange(Enumerable.Range(0, 100).Select(_ => _state.TryRememberAsync(Signature(), until, s_none).AsTask()));

        Assert.DoesNotContain(false, await Task.WhenAll(valid));
    }

    [Fact]
    public async Task PendingWritesAreCompletedOnDisposeAndLaterOnesFail()
    {
        var (state, until) = (Node(), In(300));
        var signatures = Enumerable.Range(0, 1000).Select(_ => Signature()).ToList();
        var waiting = signatures.Select(s => state.TryRememberAsync(s, until, s_none).AsTask()).ToList();
        await state.DisposeAsync();

        Assert.DoesNotContain(false, await Task.WhenAll(waiting));
        await Assert.ThrowsAsync<IssuerStateException>(async () => await state.TryRememberAsync(Signature(), until, s_none));
        await Assert.ThrowsAsync<IssuerStateException>(async () => await state.RevokeAsync("a token", until, s_none));
        await Assert.ThrowsAsync<IssuerStateException>(async () => await state.IsRevokedAsync("a token", until, s_none));
        await Assert.ThrowsAsync<IssuerStateException>(async () => await state.FindAsync("A", s_none));
        await Assert.ThrowsAsync<IssuerStateException>(async () => await state.TryReplaceAsync("A", null, Set(60), s_none));
        foreach (var signature in signatures.Take(20)) Assert.False(await _state.TryRememberAsync(signature, until, s_none));
    }

    /// <summary>A node of its own on the same database.</summary>
    private EfIssuerState Node(TimeProvider? time = null)
    {
        var services = _database!.Services();
        var state = new EfIssuerState(services.GetRequiredService<IssuerDatabase>(), time ?? TimeProvider.System, inserter: Inserter);
        _opened.Add(services);
        _opened.Add(state);
        return state;
    }

    private async Task<(int Signatures, int Revocations)> RowsAsync()
    {
        await using var context = _database!.Open();
        return (await context.Set<SignatureRow>().CountAsync(), await context.Set<RevocationRow>().CountAsync());
    }
}
