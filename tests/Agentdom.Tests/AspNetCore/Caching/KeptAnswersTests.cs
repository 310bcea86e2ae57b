using Agentdom.AspNetCore;
using Agentdom.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Agentdom.Tests.AspNetCore;

/// <summary>When a directory is asked, and when what it said before is good enough.</summary>
public sealed class KeptAnswersTests
{
    private static readonly RegisteredAgent s_before = new() { AgentId = "A" };
    private static readonly RegisteredAgent s_after = new() { AgentId = "A", Disabled = true };

    private readonly CustomerDatabase _database = new();
    private readonly TwoClocks _time = new();
    private readonly CachedDirectory _directory;

    public KeptAnswersTests()
    {
        _database.Agents["A"] = s_before;
        _directory = Directory(_time);
    }

    [Fact]
    public async Task CallersWhoWantTheSameAnswerWaitForOneQuestion()
    {
        _database.Pause = new TaskCompletionSource();
        var callers = Enumerable.Range(0, 20).Select(_ => FindAsync()).ToList();
        Assert.All(callers, static caller => Assert.False(caller.IsCompleted));
        _database.Pause.SetResult();

        Assert.All(await Task.WhenAll(callers), static agent => Assert.Same(s_before, agent));
        Assert.Equal(1, _database.Searches["A"]);
    }

    [Fact]
    public async Task ACallerWhoLeavesCancelsTheQuestionForNobodyElse()
    {
        using var leaves = new CancellationTokenSource();
        _database.Pause = new TaskCompletionSource();
        var first = _directory.FindAsync("A", leaves.Token).AsTask();
        var second = FindAsync();

        leaves.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        _database.Pause.SetResult();

        Assert.Same(s_before, await second);
        Assert.Equal(1, _database.Searches["A"]);
    }

    [Fact]
    public async Task AfterAChangeNobodyGetsAnAnswerThatWasAskedForBefore()
    {
        var pause = _database.Pause = new TaskCompletionSource();
        var early = FindAsync();

        _database.Agents["A"] = s_after;
        _directory.Forget("A");
        _database.Pause = null;
        Assert.Same(s_after, await FindAsync());
        pause.SetResult();

        Assert.Same(s_before, await early);
        Assert.Same(s_after, await FindAsync());
        Assert.Equal(2, _database.Searches["A"]);
    }

    [Fact]
    public async Task ManyCallersAndChangesAtOnceLeaveNothingOld()
    {
        var ended = false;
        var readers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!Volatile.Read(ref ended)) await FindAsync();
        })).ToArray();

        for (var i = 0; i < 2000; i++)
        {
            var agent = _database.Agents["A"] = new RegisteredAgent { AgentId = "A" };
            _directory.Forget("A");
            Assert.Same(agent, await FindAsync());
            if (i % 10 == 0) await Task.Yield();
        }
        Volatile.Write(ref ended, true);
        await Task.WhenAll(readers);

        var searches = _database.Searches["A"];
        for (var i = 0; i < 10; i++) await FindAsync();
        Assert.Equal(searches, _database.Searches["A"]);
    }

    [Fact]
    public async Task AnAnswerInUseIsAskedForAgainBeforeItsEndAndNobodyWaits()
    {
        await FindAsync();
        _database.Agents["A"] = s_after;
        var pause = _database.Pause = new TaskCompletionSource();
        _time.Pass(4.5);

        for (var i = 0; i < 5; i++) Assert.Same(s_before, await FindAsync());
        await UntilAsync(() => _database.Searches["A"] == 2);
        pause.SetResult();

        await TokenApi.UntilAsync(async () => await FindAsync() == s_after);
        _time.Pass(4.5);
        await FindAsync();
        await UntilAsync(() => _database.Searches["A"] == 3);
    }

    [Fact]
    public async Task AnswersThatCameTogetherAreRenewedAFewAtATime()
    {
        var names = Enumerable.Range(0, 40).Select(static i => $"agent-{i}").ToList();
        foreach (var name in names) await _directory.FindAsync(name, default);
        var pause = _database.Pause = new TaskCompletionSource();
        _time.Pass(4.5);

        foreach (var name in names) await _directory.FindAsync(name, default);
        await UntilAsync(() => Renewed(names) == 8);
        foreach (var name in names) await _directory.FindAsync(name, default);
        Assert.Equal(8, Renewed(names));

        pause.SetResult();
        await TokenApi.UntilAsync(async () =>
        {
            foreach (var name in names) await _directory.FindAsync(name, default);
            return Renewed(names) == names.Count;
        });
    }

    [Fact]
    public async Task AnAnswerIsNotUsedBeyondItsTimeEvenIfTheNextOneIsLate()
    {
        await FindAsync();
        _database.Agents["A"] = s_after;
        var pause = _database.Pause = new TaskCompletionSource();
        _time.Pass(4.5);
        await FindAsync();
        await UntilAsync(() => _database.Searches["A"] == 2);
        _time.Pass(0.5);

        var late = FindAsync();
        Assert.False(late.IsCompleted);
        pause.SetResult();
        Assert.Same(s_after, await late);
    }

    [Fact]
    public async Task AnAnswerToAQuestionFromBeforeAChangeDoesNotReplaceANewerOne()
    {
        await FindAsync();
        var pause = _database.Pause = new TaskCompletionSource();
        _time.Pass(4.5);
        await FindAsync();
        await UntilAsync(() => _database.Searches["A"] == 2);

        _database.Agents["A"] = s_after;
        _directory.Forget("A");
        _database.Pause = null;
        Assert.Same(s_after, await FindAsync());
        pause.SetResult();
        for (var i = 0; i < 100; i++)
        {
            await Task.Yield();
            Assert.Same(s_after, await FindAsync());
        }
    }

    [Fact]
    public async Task AFailureIsNotKept()
    {
        _database.Failure = new InvalidOperationException();
        await Assert.ThrowsAsync<IssuerStateException>(FindAsync);
        _database.Failure = null;
        Assert.Same(s_before, await FindAsync());
    }

    [Fact]
    public async Task AFailureInTheBackgroundIsNobodysUntilTheAnswerEnds()
    {
        await FindAsync();
        _database.Failure = new InvalidOperationException();
        _time.Pass(4.5);
        for (var i = 0; i < 5; i++) Assert.Same(s_before, await FindAsync());
        _time.Pass(0.5);
        await Assert.ThrowsAsync<IssuerStateException>(FindAsync);
    }

    [Fact]
    public async Task ADirectoryThatNeverAnswersIsUnavailable()
    {
        var time = new SteppedTime();
        var directory = Directory(time);
        _database.Pause = new TaskCompletionSource();
        var caller = directory.FindAsync("A", default).AsTask();
        time.Advance(TimeSpan.FromSeconds(10));

        Assert.Contains("did not answer within 10 seconds", (await Assert.ThrowsAsync<IssuerStateException>(() => caller)).Message);
        _database.Pause = null;
        Assert.Same(s_before, await directory.FindAsync("A", default));
    }

    [Fact]
    public async Task MadeUpNamesFillNoMoreThanTheRoomThereIsAndOnlyForTheirSeconds()
    {
        for (var i = 0; i < 100_000; i++) await _directory.FindAsync($"made-up-{i}", default);
        _time.Pass(2);
        for (var i = 0; i < 2; i++) Assert.Same(s_before, await FindAsync());
        await _directory.FindAsync("made-up-0", default);
        Assert.Equal((2, 1), (_database.Searches["A"], _database.Searches["made-up-0"]));

        _time.Pass(5);
        for (var i = 0; i < 2; i++) Assert.Same(s_before, await FindAsync());
        Assert.Equal(3, _database.Searches["A"]);
    }

    [Fact]
    public async Task AChangedAgentsApiKeysAreSearchedForAgainAndThoseOfOthersAreNot()
    {
        var (hash, other) = (AgentApiKey.HashOf(AgentApiKey.Generate()), AgentApiKey.HashOf(AgentApiKey.Generate()));
        _database.Agents["A"] = new RegisteredAgent { AgentId = "A", ApiKeyHashes = [hash] };
        _database.Agents["B"] = new RegisteredAgent { AgentId = "B", ApiKeyHashes = [other] };
        Assert.Equal("A", await OwnerAsync(hash));
        Assert.Equal("B", await OwnerAsync(other));

        _database.Agents["A"] = s_after;
        Assert.Equal("A", await OwnerAsync(hash));
        _directory.Forget("A");

        Assert.Null(await OwnerAsync(hash));
        Assert.Equal("B", await OwnerAsync(other));
        Assert.Equal((2, 1), (_database.Searches[hash], _database.Searches[other]));
    }

    [Fact]
    public async Task AfterAChangeNobodyGetsTheOwnerOfAnApiKeyThatWasAskedForBefore()
    {
        var hash = AgentApiKey.HashOf(AgentApiKey.Generate());
        _database.Agents["A"] = new RegisteredAgent { AgentId = "A", ApiKeyHashes = [hash] };
        var pause = _database.Pause = new TaskCompletionSource();
        var early = OwnerAsync(hash);

        _database.Agents["A"] = s_after;
        _directory.Forget("A");
        _database.Pause = null;
        Assert.Null(await OwnerAsync(hash));
        pause.SetResult();

        Assert.Equal("A", await early);
        Assert.Null(await OwnerAsync(hash));
    }

    [Fact]
    public async Task WhatIsKeptForAnIdIsNotOlderThanWhatItsApiKeyFound()
    {
        var hash = AgentApiKey.HashOf(AgentApiKey.Generate());
        Assert.Same(s_before, await FindAsync());
        var agent = _database.Agents["A"] = new RegisteredAgent { AgentId = "A", ApiKeyHashes = [hash] };

        Assert.Same(s_before, await FindAsync());
        Assert.Equal("A", await OwnerAsync(hash));
        Assert.Same(agent, await FindAsync());
    }

    private CachedDirectory Directory(TimeProvider time) =>
        new(_database, time, NullLogger<CachedDirectory>.Instance) { Lifetime = TimeSpan.FromSeconds(5) };

    private Task<RegisteredAgent?> FindAsync() => _directory.FindAsync("A", TestContext.Current.CancellationToken).AsTask();

    private async Task<string?> OwnerAsync(string hash) =>
        (await _directory.FindByApiKeyAsync(hash, TestContext.Current.CancellationToken))?.AgentId;

    private int Renewed(List<string> names) => names.Count(name => _database.Searches[name] == 2);

    private static Task UntilAsync(Func<bool> isTrue) => TokenApi.UntilAsync(() => Task.FromResult(isTrue()));
}
