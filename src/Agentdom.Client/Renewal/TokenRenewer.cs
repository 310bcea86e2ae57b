using System.Diagnostics;

namespace Agentdom.Client;

/// <summary>
/// Renews stored tokens. A token is read, requested and stored under a lock that all processes of the user share. It is read
/// again under the lock, so that a second process finds the renewed token and sends no request. Requests run concurrently; the
/// vault is only accessed on the caller's thread.
/// </summary>
/// <param name="client">Sends the requests.</param>
/// <param name="store">The stored tokens.</param>
/// <param name="findSecret">Finds the secret for a host. It is called on the caller's thread, and its result is disposed here.</param>
/// <param name="options">The options.</param>
internal sealed class TokenRenewer(AtpClient client, TokenStore store, Func<AtpHost, SharedSecret> findSecret, RenewalOptions options)
{
    private static readonly TimeSpan s_pace = TimeSpan.FromSeconds(1);

    // What a cancelled renewal waits for requests that are still running, and for revocations.
    private static readonly TimeSpan s_afterwards = TimeSpan.FromSeconds(1);

    /// <summary>Renews those of the tokens that are due and returns each outcome as soon as it is known.</summary>
    /// <param name="tokens">The tokens. Each is read again before it is renewed.</param>
    /// <param name="tell">Receives progress messages, from any thread.</param>
    /// <param name="cancel">
    /// Cancels the renewal. No more requests are sent. Tokens that were granted but not passed to the vault are revoked, best effort.
    /// </param>
    /// <exception cref="OperationCanceledException">The renewal was cancelled.</exception>
    public IEnumerable<RenewalOutcome> Renew(IEnumerable<StoredToken> tokens, Action<string>? tell, CancellationToken cancel)
    {
        // Waiting for a lock while holding others could deadlock with another process, so busy tokens come last, one by one.
        var busy = new List<StoredToken>();
        foreach (var outcome in RenewSideBySide(tokens, TimeSpan.Zero, busy.Add, tell, cancel)) yield return outcome;
        foreach (var token in busy)
        {
            if (!options.WaitForOthers)
            {
                tell?.Invoke($"Another process is renewing the token for {token}.");
                yield return new RenewalOutcome(token, false, null);
                continue;
            }
            var waited = Stopwatch.StartNew();
            var stillBusy = true;
            while (stillBusy && waited.Elapsed < options.Timeout)
            {
                stillBusy = false;
                var left = options.Timeout - waited.Elapsed;
                foreach (var outcome in RenewSideBySide([token], left < s_pace ? left : s_pace, _ => stillBusy = true, tell, cancel))
                    yield return outcome;
                if (stillBusy) options.WhileWaiting?.Invoke();
            }
            if (stillBusy) yield return Failed(token, TokenLock.Busy(token));
        }
    }

    private IEnumerable<RenewalOutcome> RenewSideBySide(
        IEnumerable<StoredToken> tokens, TimeSpan wait, Action<StoredToken> putOff, Action<string>? tell, CancellationToken cancel)
    {
        using var waiting = tokens.GetEnumerator();
        using var abandoned = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var running = new List<Attempt>();
        var answered = new List<Attempt>();
        var unwanted = new List<EarlierToken>();
        var revoking = Task.CompletedTask;
        var isFinished = false;
        try
        {
            for (var isMore = true; isMore || running.Count + answered.Count > 0;)
            {
                // First of all, so that requests are on their way while tokens are stored.
                for (var starts = 0; isMore && starts < options.ThrottleLimit && running.Count < options.ThrottleLimit; starts++)
                {
                    if (!(isMore = waiting.MoveNext())) break;
                    var start = Begin(waiting.Current, wait, tell, abandoned.Token);
                    if (start.Attempt is not null) running.Add(start.Attempt);
                    else if (start.Outcome is not null) yield return start.Outcome;
                    else putOff(waiting.Current);
                }
                foreach (var outcome in End(answered, unwanted)) yield return outcome;
                // The next tokens need not wait for an issuer that does not answer.
                revoking = Task.WhenAll(revoking, TokenKeeping.RevokeAsync(client, unwanted));
                unwanted = [];
                if (running.Count == 0) continue;
                if (Task.WaitAny([.. running.Select(static a => a.Request)], (int)s_pace.TotalMilliseconds, cancel) < 0)
                {
                    options.WhileWaiting?.Invoke();
                    continue;
                }
                // All of them are stored in one step.
                answered.AddRange(running.FindAll(static a => a.Request.IsCompleted));
                running.RemoveAll(answered.Contains);
            }
            isFinished = true;
        }
        finally
        {
            // Also if the caller stops reading the outcomes.
            if (running.Count > 0) abandoned.Cancel();
            answered.AddRange(running);
            foreach (var left in answered) left.Dispose();
            // Some of them may have been granted just now.
            Wait(Task.WhenAll(running.Select(static a => a.Request)), s_afterwards);
            // Nobody could revoke these later.
            unwanted.AddRange(answered.Where(static a => a.IsGranted).SelectMany(static a => a.Unwanted));
            revoking = Task.WhenAll(revoking, TokenKeeping.RevokeAsync(client, unwanted));
            Wait(revoking, isFinished ? Timeout.InfiniteTimeSpan : s_afterwards);
        }
    }

    // Whether it fails does not matter.
    private static void Wait(Task task, TimeSpan limit) =>
        Task.WhenAny(task, Task.Delay(limit, CancellationToken.None)).GetAwaiter().GetResult();

    private Start Begin(StoredToken token, TimeSpan wait, Action<string>? tell, CancellationToken cancel)
    {
        if (!IsDue(token)) return Start.Finished(new RenewalOutcome(token, false, null));
        CrossProcessLock? renewing = null;
        Attempt? attempt = null;
        try
        {
            renewing = TokenLock.TryAcquire(token, wait, cancel);
            if (renewing is null) return Start.Busy;
            var current = store.Reread(token);
            if (current is null) return Start.Finished(Failed(token, Gone(token)));
            // Another process was faster. A token from the time when a clock was ahead has a later time of issue than its successor.
            if (current.IssuedAt != token.IssuedAt && !IsDue(current, ignoreForce: true))
                return Start.Finished(new RenewalOutcome(current, true, null));
            var secret = findSecret(AtpHost.Parse(current.Host));
            attempt = new Attempt(current, renewing, Task.Run(() => RequestAsync(current, secret, tell, cancel), CancellationToken.None));
            return Start.Running(attempt);
        }
        catch (AtpException e)
        {
            return Start.Finished(Failed(token, e));
        }
        finally
        {
            // A running attempt keeps the lock until it completes.
            if (attempt is null) renewing?.Dispose();
        }
    }

    private async Task<StoredToken> RequestAsync(StoredToken token, SharedSecret secret, Action<string>? tell, CancellationToken cancel)
    {
        using (secret)
        using (var deadline = new Deadline(options.Timeout, tell, cancel))
            return await TokenAcquisition.Again(token, options.Strict ? GrantLimit.Strict : GrantLimit.Scopes)
                .RunAsync(client, secret, deadline).ConfigureAwait(false);
    }

    private IEnumerable<RenewalOutcome> End(List<Attempt> answered, List<EarlierToken> unwanted)
    {
        if (answered.Count == 0) yield break;
        var granted = answered.FindAll(static a => a.IsGranted);
        var refused = answered.FindAll(static a => !a.IsGranted);
        var saved = store.SaveAll(granted.ConvertAll(static a => a.Request.Result));
        foreach (var attempt in answered) attempt.Dispose();
        answered.Clear();
        for (var i = 0; i < granted.Count; i++)
        {
            if (saved[i].Failure is not { } failure) unwanted.AddRange(saved[i].Dropped);
            else if (!TokenKeeping.MayBeStored(failure)) unwanted.AddRange(granted[i].Unwanted);
        }
        for (var i = 0; i < granted.Count; i++)
        {
            yield return saved[i].Failure is { } failure
                ? Failed(granted[i].Token, failure)
                : new RenewalOutcome(granted[i].Request.Result, true, null);
        }
        foreach (var attempt in refused) yield return Failed(attempt.Token, FailureOf(attempt));
    }

    private static AtpException FailureOf(Attempt attempt)
    {
        try
        {
            attempt.Request.GetAwaiter().GetResult();
        }
        catch (AtpException e)
        {
            return e;
        }
        throw new InvalidOperationException("The attempt did not fail.");
    }

    private bool IsDue(StoredToken token, bool ignoreForce = false) =>
        (options.Force && !ignoreForce) || RenewalPolicy.IsDue(token, options.Time.GetUtcNow(), options.MinimumValidity);

    private static RenewalOutcome Failed(StoredToken token, AtpException failure) => new(token, false, failure);

    private static AtpException Gone(StoredToken token) => new(AtpError.TokenNotFound,
        $"The token for {token} was removed from the vault meanwhile.",
        "Request a new one.") { Subject = token.Host, SubjectScopes = token.ScopesRequested };

    /// <summary>An immediate outcome, a running attempt, or neither if another process holds the lock.</summary>
    private readonly record struct Start(RenewalOutcome? Outcome, Attempt? Attempt)
    {
        internal static Start Busy => default;

        internal static Start Finished(RenewalOutcome outcome) => new(outcome, null);

        internal static Start Running(Attempt attempt) => new(null, attempt);
    }

    private sealed class Attempt(StoredToken token, CrossProcessLock renewing, Task<StoredToken> request) : IDisposable
    {
        internal StoredToken Token => token;

        internal Task<StoredToken> Request => request;

        internal bool IsGranted => request.Status == TaskStatus.RanToCompletion;

        /// <summary>What to revoke if the granted token is not stored. An issuer may have granted again what the entry has.</summary>
        internal IEnumerable<EarlierToken> Unwanted => token.WithEarlier(DateTimeOffset.MinValue)
            .Any(t => t.AccessToken == request.Result.AccessToken) ? [] : [request.Result.AsEarlier()];

        public void Dispose() => renewing.Dispose();
    }
}
