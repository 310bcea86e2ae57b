using Microsoft.Extensions.Logging;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace Agentdom.AspNetCore;

/// <summary>
/// Calls to the issuer. If it does not answer, the calls of the next moment fail at once, so that requests do not all wait for it.
/// </summary>
internal sealed class IssuerReach(string issuer, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private readonly Outage _outage = new(reason => log.IssuerUnavailable(reason), () => log.IssuerAvailable(issuer));

    private readonly ResiliencePipeline _pipeline = new ResiliencePipelineBuilder { TimeProvider = time }
        .AddCircuitBreaker(new CircuitBreakerStrategyOptions
        {
            FailureRatio = 0.5,
            MinimumThroughput = 2,
            SamplingDuration = TimeSpan.FromSeconds(2),
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
        try
        {
            return await _pipeline.ExecuteAsync(async stop => await call(stop));
        }
        catch (BrokenCircuitException)
        {
            throw Unavailable("did not answer a moment ago");
        }
        catch (TimeoutRejectedException)
        {
            throw Unavailable($"did not answer within {s_patience.TotalSeconds:0} seconds");
        }
        catch (HttpRequestException e)
        {
            throw Unavailable(e.StatusCode is { } status ? $"answered with {(int)status}" : $"cannot be reached. {e.Message}");
        }
    });

    private IssuerStateException Unavailable(string what) => new($"The issuer {issuer} {what}") { IsOutOfReach = true };
}
