namespace Agentdom.AspNetCore.Redis;

/// <summary>
/// The scripts that run in Redis, each on keys of one <see cref="RedisSlot"/>. Ends are seconds and deadlines are milliseconds since
/// 1970 (UTC).
/// </summary>
internal static class RedisScripts
{
    /// <summary>The answer of <see cref="Remember"/> and <see cref="Begin"/> if the bucket is missing.</summary>
    internal const int Missing = -1;

    private const string Now = "local t = redis.call('TIME') local now = t[1] * 1000 + math.floor(t[2] / 1000) ";

    // For a bucket KEYS[1] with the end ARGV[2] and the deadline ARGV[3], the begun buckets KEYS[2] and the removed ones KEYS[3].
    private const string Removed = "local removed = tonumber(redis.call('GET', KEYS[3]) or 0) ";

    private const string Drop = """
        local last = tonumber(redis.call('ZREVRANGEBYSCORE', KEYS[2], now, '-inf', 'LIMIT', 0, 1)[1] or 0)
        if last > removed then redis.call('SET', KEYS[3], string.format('%.0f', last)) end
        redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)

        """;

    /// <summary>Adds each entry of ARGV to its bucket in KEYS.</summary>
    /// <returns>For each 1 if it is new, 0 if it is not, or <see cref="Missing"/>.</returns>
    internal const string Remember = """
        local answers = {}
        for i, key in ipairs(KEYS) do
            answers[i] = redis.call('EXISTS', key) == 0 and -1 or redis.call('SADD', key, ARGV[i])
        end
        return answers
        """;

    /// <summary>
    /// Like <see cref="Remember"/> for one entry, but begins the bucket if it never existed. One that Redis has removed is not begun
    /// again, because nobody knows what was in it. Neither is one that Redis would remove at once, or that is older than a removed one.
    /// </summary>
    internal const string Begin = Now + Removed + $"""
        if redis.call('EXISTS', KEYS[1]) == 0 then
            if tonumber(ARGV[3]) <= now or tonumber(ARGV[2]) <= removed
                or redis.call('ZADD', KEYS[2], 'NX', ARGV[3], ARGV[2]) == 0 then return -1 end
            {Drop}
        end
        local isNew = redis.call('SADD', KEYS[1], ARGV[1])
        redis.call('PEXPIREAT', KEYS[1], ARGV[3])
        return isNew
        """;

    /// <summary>Adds the entry ARGV[1], unless <see cref="Find"/> finds every entry of its bucket in any case.</summary>
    internal const string Add = Now + Removed + $"""
        if tonumber(ARGV[2]) <= removed then return 1 end
        local isFirst = redis.call('ZADD', KEYS[2], 'NX', ARGV[3], ARGV[2]) == 1
        if isFirst or redis.call('EXISTS', KEYS[1]) == 1 then
            redis.call('SADD', KEYS[1], ARGV[1])
            redis.call('PEXPIREAT', KEYS[1], ARGV[3])
        end
        if isFirst then
            {Drop}
        end
        return 1
        """;

    /// <summary>Looks for the entry ARGV[1].</summary>
    /// <returns>1 if it is there, or was, or may have been in a bucket that Redis has removed.</returns>
    internal const string Find = Removed + """
        if redis.call('SISMEMBER', KEYS[1], ARGV[1]) == 1 or tonumber(ARGV[2]) <= removed then return 1 end
        if redis.call('ZSCORE', KEYS[2], ARGV[2]) and redis.call('EXISTS', KEYS[1]) == 0 then return 1 end
        return 0
        """;

    /// <summary>Makes <see cref="Find"/> find all entries that end by ARGV[1]. KEYS[1] are the removed buckets.</summary>
    internal const string Forget = """
        if tonumber(ARGV[1]) > tonumber(redis.call('GET', KEYS[1]) or 0) then redis.call('SET', KEYS[1], ARGV[1]) end
        return 1
        """;

    /// <summary>Reads the set of managed tokens KEYS[1] of the agent ARGV[1]. KEYS[2] has the ends of all sets.</summary>
    /// <returns>The set, or the end of the one that Redis has removed, or 0.</returns>
    internal const string FindSet = """
        local text = redis.call('GET', KEYS[1])
        if text then return text end
        return tonumber(redis.call('ZSCORE', KEYS[2], ARGV[1]) or 0)
        """;

    /// <summary>
    /// Replaces the set KEYS[1] of the agent ARGV[1] if it has the version ARGV[2], its first 32 characters; empty is no set. The new set
    /// is ARGV[3], or empty for none, with the end ARGV[4] and the deadline ARGV[5]. <see cref="Forget"/> was done up to ARGV[6]. If
    /// ARGV[7] is 0, expired sets of other agents that need it stay.
    /// </summary>
    /// <returns>
    /// 1 if it was replaced, and 0 if not. If <see cref="Forget"/> comes first, the end of this agent's set that Redis has removed, or
    /// minus the end of the latest one of other agents.
    /// </returns>
    internal const string ReplaceSet = Now + """
        local old = redis.call('GET', KEYS[1])
        local forgotten = tonumber(ARGV[6])
        local lost = tonumber(not old and redis.call('ZSCORE', KEYS[2], ARGV[1]) or 0)
        if lost > forgotten then return lost end
        -- Expired sets of other agents are removed once an hour, because each removal needs a call to all slots.
        local over = math.floor((now - (ARGV[5] - ARGV[4] * 1000)) / 3600000) * 3600
        local last = redis.call('ZREVRANGEBYSCORE', KEYS[2], over, '-inf', 'WITHSCORES', 'LIMIT', 0, 1)[2]
        if ARGV[7] == '1' and tonumber(last or 0) > forgotten then return -tonumber(last) end
        redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', math.min(over, forgotten))
        if (old and string.sub(old, 1, 32) or '') ~= ARGV[2] then return 0 end
        if ARGV[3] == '' then
            redis.call('DEL', KEYS[1])
            redis.call('ZREM', KEYS[2], ARGV[1])
        else
            redis.call('SET', KEYS[1], ARGV[3])
            redis.call('PEXPIREAT', KEYS[1], ARGV[5])
            redis.call('ZADD', KEYS[2], ARGV[4], ARGV[1])
        end
        return 1
        """;

    /// <summary>Runs every command of the others on the key KEYS[1], which is not there afterwards.</summary>
    internal const string TryOut = Now + """
        -- An earlier start may have left it, because Redis undoes nothing of a script that fails.
        redis.call('DEL', KEYS[1])
        redis.call('SADD', KEYS[1], '')
        redis.call('SISMEMBER', KEYS[1], '')
        redis.call('EXISTS', KEYS[1])
        redis.call('PEXPIREAT', KEYS[1], 1)
        redis.call('ZADD', KEYS[1], 'NX', 0, '')
        redis.call('ZSCORE', KEYS[1], '')
        redis.call('ZREVRANGEBYSCORE', KEYS[1], 0, 0)
        redis.call('ZREM', KEYS[1], '')
        redis.call('ZREMRANGEBYSCORE', KEYS[1], 0, 0)
        redis.call('SET', KEYS[1], '')
        redis.call('GET', KEYS[1])
        redis.call('DEL', KEYS[1])
        return 1
        """;
}
