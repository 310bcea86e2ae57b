using System.Diagnostics;
using StackExchange.Redis;

namespace Agentdom.AspNetCore.Redis;

/// <summary>
/// Knows what Redis may have removed while its own clock was ahead. Redis removes entries by that clock, and if it is set back, they
/// are missing. So the nodes keep the latest expiry that may have been removed in a key of its own.
/// </summary>
/// <remarks>
/// A node looks at that key every 15 seconds, and at once if Redis's clock jumped ahead or an entry expires later than all before.
/// </remarks>
internal sealed class RedisHorizon(IDatabase database, RedisKey key)
{
    private const long StepMilliseconds = 15_000;

    private readonly Lock _noting = new();
    private volatile Known? _known;

    /// <summary>Is called before an entry is stored.</summary>
    /// <param name="kind">What the entry is.</param>
    /// <param name="until">Its expiry.</param>
    /// <returns>Whether entries with this expiry may have been removed, or would be.</returns>
    internal async Task<bool> WouldBeRemovedAsync(RedisKind kind, long until)
    {
        var known = await CurrentAsync(kind, until);
        return until <= known.LatestRemoved(kind) || until > known.LatestStored(kind);
    }

    /// <summary>Is called after an entry was stored as a new one, or was not found.</summary>
    /// <param name="kind">What the entry is.</param>
    /// <param name="until">Its expiry.</param>
    /// <param name="redisTime">Redis's time of the answer.</param>
    /// <returns>Whether an entry with this expiry may have been removed.</returns>
    internal async Task<bool> MayBeRemovedAsync(RedisKind kind, long until, long redisTime)
    {
        var known = await CurrentAsync(kind, until: 0);
        if (redisTime > known.RedisTime + known.Age + StepMilliseconds) known = await NoteAsync(kind, until: 0);
        return until <= known.LatestRemoved(kind) || until + RedisScripts.GraceMilliseconds <= redisTime;
    }

    private async ValueTask<Known> CurrentAsync(RedisKind kind, long until) =>
        _known is { } known && known.Age <= StepMilliseconds && until <= known.LatestStored(kind) ? known : await NoteAsync(kind, until);

    private async Task<Known> NoteAsync(RedisKind kind, long until)
    {
        // Rounded up, so that the key is written every 15 seconds and not for each entry.
        var ends = (until + StepMilliseconds - 1) / StepMilliseconds * StepMilliseconds;
        var (signature, token) = kind == RedisKind.Signatures ? (ends, 0L) : (0L, ends);
        var answer = (long[])(await database.ScriptEvaluateAsync(
            RedisScripts.Note, [key], [signature, token], CommandFlags.DemandMaster))!;
        lock (_noting) return _known = new Known(answer, _known);
    }

    private sealed class Known
    {
        private readonly long _at = Stopwatch.GetTimestamp();
        private readonly long[] _answer;

        internal Known(long[] answer, Known? before)
        {
            _answer = answer;
            // Answers can arrive in another order than they were given.
            foreach (var i in new[] { 1, 3 }) answer[i] = Math.Max(answer[i], before?._answer[i] ?? 0);
        }

        internal double Age => Stopwatch.GetElapsedTime(_at).TotalMilliseconds;

        internal long RedisTime => _answer[0];

        internal long LatestRemoved(RedisKind kind) => _answer[1 + (2 * (int)kind)];

        internal long LatestStored(RedisKind kind) => _answer[2 + (2 * (int)kind)];
    }
}
