using System.Collections.Concurrent;

namespace Agentdom.AspNetCore;

/// <summary>
/// Keeps answers for some time. Callers who want the same one wait for one question, and an answer that is in use is asked for again
/// before its time is over: at a random moment and a few at a time, so that answers that came together are not renewed together. The
/// time is that of a clock that nobody sets.
/// </summary>
/// <param name="ask">Asks. All its failures are exceptions of the task, and a failure is not kept.</param>
/// <param name="time">The clock.</param>
/// <param name="capacity">How many answers are kept, about. If there are more, the rest is asked for each time.</param>
internal sealed class KeptAnswers<T>(Func<string, CancellationToken, Task<T>> ask, TimeProvider time, int capacity)
{
    private const int InitialSize = 31;
    private const int RenewalsAtOnce = 8;

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    // The number of its locks is fixed, because counting takes all of them.
    private readonly ConcurrentDictionary<string, Question> _questions =
        new(Environment.ProcessorCount, InitialSize, StringComparer.Ordinal);
    private long _sweptAt = time.GetTimestamp();
    private int _renewals;

    /// <summary>For how long answers are kept, counted from the question.</summary>
    internal TimeSpan Lifetime { get; set; }

    /// <summary>Finds the answer.</summary>
    internal ValueTask<T> FindAsync(string key, CancellationToken cancel) => FindAsync(key, key, cancel);

    /// <summary>Finds the answer to a question that is too long, or too confidential, to be kept with it.</summary>
    /// <param name="key">What stands for the question.</param>
    /// <param name="subject">What is asked about. It is not kept.</param>
    /// <param name="cancel">Ends the waiting.</param>
    internal ValueTask<T> FindAsync(string key, string subject, CancellationToken cancel)
    {
        if (!_questions.TryGetValue(key, out var known) || known.HasFailed) return AskAsync(key, subject, isAfresh: false, cancel);
        var age = time.GetElapsedTime(known.AskedAt);
        if (age >= Lifetime) return AskAsync(key, subject, isAfresh: false, cancel);
        if (age >= Lifetime * known.RenewedFrom && Volatile.Read(ref _renewals) < RenewalsAtOnce && known.IsFirstToRenew())
            RenewInBackground(key, subject, known);
        return known.Answer.IsCompletedSuccessfully ? new(known.Answer.Result) : new(known.Answer.WaitAsync(cancel));
    }

    /// <summary>Finds the answer as it is now, though another one is kept. A key is asked for in this way once a second at most.</summary>
    internal ValueTask<T> FindAfreshAsync(string key, CancellationToken cancel) => AskAsync(key, key, isAfresh: true, cancel);

    /// <summary>Asks anew for the next caller. A question that is pending may have been answered from before the change.</summary>
    internal void Forget(string key) => _questions.TryRemove(key, out _);

    /// <summary>Does the same for each key with such an answer, or with none yet. It looks at all of them.</summary>
    internal void ForgetAnswers(Predicate<T> match)
    {
        foreach (var entry in _questions)
        {
            var answer = entry.Value.Answer;
            if (!answer.IsCompletedSuccessfully || match(answer.Result)) _questions.TryRemove(entry);
        }
    }

    private async ValueTask<T> AskAsync(string key, string subject, bool isAfresh, CancellationToken cancel)
    {
        if (Lifetime == TimeSpan.Zero || !HasRoomFor(key)) return await ask(subject, cancel);
        var mine = new Question(time.GetTimestamp(), isAfresh);
        var question = _questions.AddOrUpdate(key, mine, (_, other) => IsGood(other, isAfresh) ? other : mine);
        if (question == mine) _ = RunAsync(subject, mine);
        return await question.Answer.WaitAsync(cancel);
    }

    private bool IsGood(Question question, bool isAfresh) =>
        !question.HasFailed && (question.IsAfresh || !isAfresh)
        && time.GetElapsedTime(question.AskedAt) < (isAfresh ? s_pause : Lifetime);

    // Nobody can cancel a question, because others wait for it too.
    private Task RunAsync(string subject, Question question) => question.RunAsync(() => ask(subject, CancellationToken.None));

    // A method of its own, because its closure would be made for each caller.
    private void RenewInBackground(string key, string subject, Question known)
    {
        Interlocked.Increment(ref _renewals);
        _ = Task.Run(() => RenewAsync(key, subject, known), CancellationToken.None);
    }

    private async Task RenewAsync(string key, string subject, Question known)
    {
        var next = new Question(time.GetTimestamp(), isAfresh: false);
        await RunAsync(subject, next);
        Interlocked.Decrement(ref _renewals);
        // Not if it was forgotten or asked for afresh meanwhile.
        if (!next.HasFailed) _questions.TryUpdate(key, next, known);
    }

    private bool HasRoomFor(string key)
    {
        if (_questions.Count < capacity || _questions.ContainsKey(key)) return true;
        // Looking at all of them for each made-up name would be expensive.
        var sweptAt = Volatile.Read(ref _sweptAt);
        if (time.GetElapsedTime(sweptAt) < s_pause || Interlocked.CompareExchange(ref _sweptAt, time.GetTimestamp(), sweptAt) != sweptAt)
            return false;
        foreach (var entry in _questions)
        {
            if (!IsGood(entry.Value, isAfresh: false)) _questions.TryRemove(entry);
        }
        return _questions.Count < capacity;
    }

    private sealed class Question(long askedAt, bool isAfresh)
    {
        private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _renewals;

        internal long AskedAt => askedAt;

        internal bool IsAfresh => isAfresh;

        /// <summary>The part of its time after which the answer is renewed.</summary>
        internal double RenewedFrom { get; } = 0.7 + (0.2 * Random.Shared.NextDouble());

        internal Task<T> Answer => _answer.Task;

        internal bool HasFailed => Answer is { IsCompleted: true, IsCompletedSuccessfully: false };

        internal bool IsFirstToRenew() => Answer.IsCompleted && Interlocked.Exchange(ref _renewals, 1) == 0;

        internal async Task RunAsync(Func<Task<T>> ask)
        {
            var asked = ask();
            await ((Task)asked).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _answer.SetFromTask(asked);
            // Perhaps nobody waits any more.
            _ = Answer.Exception;
        }
    }
}
