using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Agentdom.AspNetCore;

/// <summary>
/// Logs a failure once, with its reason, and once that it is over. If it comes and goes, or its reason changes, it is logged once a
/// minute at most, so that requests cannot fill the log.
/// </summary>
/// <param name="begins">Logs that it begins, with the reason.</param>
/// <param name="ends">Logs that it is over.</param>
internal sealed class Outage(Action<string> begins, Action ends)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMinutes(1);

    /// <summary>An outage of the issuer's state.</summary>
    internal Outage(ILogger log) : this(log.StateUnavailable, log.StateAvailable)
    {
    }

    private readonly Lock _lock = new();
    private volatile string? _reason;
    private long? _loggedAt;

    /// <summary>Makes a call, and begins or ends the outage with its outcome.</summary>
    internal async ValueTask<T> WatchAsync<T>(Func<ValueTask<T>> call)
    {
        try
        {
            var answer = await call();
            End();
            return answer;
        }
        catch (IssuerStateException e)
        {
            // Only the message, because a store's own exception may contain confidential details.
            Begin(e.Message);
            throw;
        }
    }

    internal void Begin(string reason)
    {
        lock (_lock)
        {
            if (reason == _reason || (_loggedAt is { } at && Stopwatch.GetElapsedTime(at) < s_pause)) return;
            (_reason, _loggedAt) = (reason, Stopwatch.GetTimestamp());
        }
        begins(reason);
    }

    internal void End()
    {
        if (_reason is null) return;
        lock (_lock)
        {
            if (_reason is null) return;
            _reason = null;
        }
        ends();
    }
}
