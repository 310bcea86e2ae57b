namespace Agentdom.AspNetCore;

/// <summary>Tokens that the issuer has called inactive, until they expire. They are not trusted while it is out of reach.</summary>
internal sealed class InactiveTokens(TimeProvider time)
{
    // Each has a valid signature, so nobody can make up tokens to fill it. This is about 20 MB.
    private const int MaxTokens = 100_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, DateTime> _expiries = new(StringComparer.Ordinal);
    private DateTime _missingUntil;

    /// <summary>Whether the token was added, or may not have been because there was no room.</summary>
    internal bool MayContain(string key)
    {
        lock (_lock) return _expiries.ContainsKey(key) || time.GetUtcNow().UtcDateTime < _missingUntil;
    }

    internal void Add(string key, DateTime expires)
    {
        lock (_lock)
        {
            if (_expiries.Count >= MaxTokens) RemoveExpired();
            if (_expiries.Count < MaxTokens) _expiries[key] = expires;
            else if (expires > _missingUntil) _missingUntil = expires;
        }
    }

    internal void Remove(string key)
    {
        lock (_lock) _expiries.Remove(key);
    }

    private void RemoveExpired()
    {
        var now = time.GetUtcNow().UtcDateTime;
        foreach (var (key, expires) in _expiries)
        {
            if (expires <= now) _expiries.Remove(key);
        }
    }
}
