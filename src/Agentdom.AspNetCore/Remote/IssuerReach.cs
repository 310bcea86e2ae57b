using Microsoft.Extensions.Logging;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace Agentdom.AspNetCore;

/// <summary>
/// Calls of one kind to the issuer. If it does not answer, the calls of the next moment fail at once, so that requests do not all wait
/// for it.
/// </summary>
/// <param name="issuer">Its name.</param>
/// <param name="subject">What it is asked about or for, such as <c>about tokens</c>.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Where outages are logged.</param>
internal sealed class IssuerReach(string issuer, string subject, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_maxWait = TimeSpan.FromSeconds(30);

    private readonly Outage _outage = new(reason => log.IssuerUnavailable(reason), () => log.IssuerAvailable(issuer, subject));
    private volatile Refusal? _refusal;
    private volatile string _lastFailure = "";

    private readonly ResiliencePipeline _pipeline = new ResiliencePipelineBuilder { TimeProvider = new SteadyTime(time) }
        .AddCircuitBreaker(new CircuitBreakerStrategyOptions
        {
            FailureRatio = 0.5,
            MinimumThroughput = 2,
            // Longer than one failure takes, so that failures one after the other count together.
            SamplingDuration = 2 * s_patience + s_pause,
            BreakDuration = s_pause,
            ShouldHandle = new PredicateBuilder().Handle<HttpRequestException>().Handle<TimeoutRejectedException>(),
        })
        .AddTimeout(s_patience)
        // A kept connection may have been closed meanwhile.
        .AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = 1,
            Delay = TimeSpan.Zero,
            ShouldHandle = new PredicateBuilder().Handle<HttpRequestException>(static e => e.StatusCode is null),
        })
        .Build();

    /// <exception cref="IssuerStateException">The issuer is out of reach, or does not answer as an issuer does.</exception>
    internal ValueTask<T> CallAsync<T>(Func<CancellationToken, Task<T>> call) => _outage.WatchAsync(async () =>
    {
        if (_refusal is { } refusal && refusal.TimeLeft(time) is { } left) throw TooOften(refusal.Reason, left);
        try
        {
            return await _pipeline.ExecuteAsync(async stop => await call(stop));
        }
        catch (BrokenCircuitException)
        {
            // The reason is the same as before, so it is not logged again.
            throw Unavailable(_lastFailure);
        }
        catch (TimeoutRejectedException)
        {
            throw Unavailable(_lastFailure = $"did not answer within {s_patience.TotalSeconds:0} seconds");
        }
        catch (HttpRequestException e)
        {
            throw Unavailable(_lastFailure =
                e.StatusCode is { } status ? $"answered with {(int)status}" : $"cannot be reached. {e.Message}");
        }
        catch (IssuerStateException e) when (e.RetryAfter is { } wait)
        {
            wait = TimeSpan.FromTicks(Math.Clamp(wait.Ticks, s_pause.Ticks, s_maxWait.Ticks));
            _refusal = new Refusal(e.Message, time.GetTimestamp(), wait);
            throw TooOften(e.Message, wait);
        }
        catch (Exception e) when (e is not IssuerStateException)
        {
            // Such as a handler of the app's own that has no credential. Its message may contain one.
            throw new IssuerStateException($"The request to the issuer {issuer} failed ({IssuerStateException.Types(e)}).");
        }
    });

    private IssuerStateException Unavailable(string what) => new($"The issuer {issuer} {what}") { IsOutOfReach = true };

    private static IssuerStateException TooOften(string reason, TimeSpan wait) => new(reason) { RetryAfter = wait };

    private sealed record Refusal(string Reason, long At, TimeSpan Wait)
    {
        internal TimeSpan? TimeLeft(TimeProvider time) => Wait - time.GetElapsedTime(At) is var left && left > TimeSpan.Zero ? left : null;
    }

    // The circuit breaker reads the time of day. If that was set back, it would stay open.
    private sealed class SteadyTime(TimeProvider time) : TimeProvider
    {
        private readonly DateTimeOffset _start = time.GetUtcNow();
        private readonly long _startedAt = time.GetTimestamp();

        public override long TimestampFrequency => time.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => _start + time.GetElapsedTime(_startedAt);

        public override long GetTimestamp() => time.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            time.CreateTimer(callback, state, dueTime, period);
    }
}
