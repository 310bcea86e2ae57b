namespace Agentdom.AspNetCore.Redis;

/// <summary>
/// The scripts that run in Redis, each on one key, so that they work in a cluster. All times are milliseconds since 1970 (UTC), and
/// every answer begins with Redis's own time.
/// </summary>
internal static class RedisScripts
{
    /// <summary>How long an entry is kept after it has expired, because the clocks of nodes differ.</summary>
    internal const long GraceMilliseconds = 60_000;

    private const string Now = "local t = redis.call('TIME') local now = t[1] * 1000 + math.floor(t[2] / 1000) ";

    /// <summary>
    /// Stores the entry KEYS[1] with the expiry ARGV[1], if it is new; ARGV[2] is the node's time. Redis removes it by its own clock.
    /// So it is kept for the longer of what is left by either clock: if the node's clock is ahead and is set back, it is still there.
    /// </summary>
    /// <returns>Redis's time, and 1 if the entry is new.</returns>
    internal static readonly string Store = Now + $$"""
        local life = math.max(ARGV[1] - ARGV[2], ARGV[1] - now, 0) + {{GraceMilliseconds}}
        local isNew = redis.call('SET', KEYS[1], '', 'PX', string.format('%.0f', life), 'NX')
        return { now, isNew and 1 or 0 }
        """;

    /// <summary>
    /// Replaces the set of managed tokens KEYS[1] if it has the version ARGV[3], its first 32 characters; empty is no set. The new set is
    /// ARGV[4], or empty for none. ARGV[1] and ARGV[2] are as in <see cref="Store"/>.
    /// </summary>
    /// <returns>Redis's time, and 1 if it was replaced.</returns>
    internal static readonly string Replace = Now + $$"""
        local old = redis.call('GET', KEYS[1])
        if (old and string.sub(old, 1, 32) or '') ~= ARGV[3] then return { now, 0 } end
        if ARGV[4] == '' then redis.call('DEL', KEYS[1]) return { now, 1 } end
        local life = math.max(ARGV[1] - ARGV[2], ARGV[1] - now, 0) + {{GraceMilliseconds}}
        redis.call('SET', KEYS[1], ARGV[4], 'PX', string.format('%.0f', life))
        return { now, 1 }
        """;

    /// <summary>Looks for the entry KEYS[1].</summary>
    /// <returns>Redis's time, and 1 if the entry exists.</returns>
    internal static readonly string Find = Now + "return { now, redis.call('EXISTS', KEYS[1]) }";

    /// <summary>
    /// Updates the hash KEYS[1], which outlives the entries: for each kind the latest expiry that was stored, and the latest expiry
    /// that Redis may have removed by its clock. ARGV[1] and ARGV[2] are expiries of a signature and of a token that are about to be
    /// stored, or 0. A signature that has expired by Redis's clock is not counted, because it is refused.
    /// </summary>
    /// <returns>
    /// Redis's time; then for signatures and for tokens the latest expiry that may have been removed and the latest stored one.
    /// </returns>
    internal static readonly string Note = Now + $$"""
        local grace = {{GraceMilliseconds}}
        local function read(field) return tonumber(redis.call('HGET', KEYS[1], field) or 0) end
        local function raise(call, field, value)
            local old = read(field)
            if value <= old then return old end
            call('HSET', KEYS[1], field, string.format('%.0f', value))
            return value
        end
        local answer = { now }
        for i, kind in ipairs({ 'signatures', 'tokens' }) do
            -- Not an error if Redis accepts no writes: revoked tokens can still be looked for.
            answer[2 * i] = raise(redis.pcall, kind .. ':removed', math.min(now - grace, read(kind)))
            local ends = tonumber(ARGV[i])
            if kind == 'signatures' and ends + grace <= now then ends = 0 end
            answer[2 * i + 1] = raise(redis.call, kind, ends)
        end
        return answer
        """;
}
