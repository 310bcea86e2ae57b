using System.Collections.Concurrent;

namespace Agentdom.Client;

/// <summary>
/// The timestamps of signed requests: this machine's clock, corrected by the offset of the issuer's clock. A timestamp is
/// never used twice in this process, because two equal bodies would count as a replay (protocol.md §4 and §5).
/// </summary>
internal sealed class IssuerClock(TimeProvider time)
{
    // A larger step back means that the clock was set; a smaller one is a routine correction.
    private const long SetBackMilliseconds = 1000;

    private readonly ConcurrentDictionary<string, Issuer> _issuers = new(StringComparer.Ordinal);

    /// <summary>Milliseconds since the Unix epoch on the issuer's clock.</summary>
    internal long NextTimestamp(Uri endpoint)
    {
        var issuer = _issuers.GetOrAdd(endpoint.Authority, static _ => new Issuer());
        lock (issuer)
        {
            var now = time.GetUtcNow().ToUnixTimeMilliseconds() + issuer.Offset;
            var isSetBack = now < issuer.Clock - SetBackMilliseconds;
            issuer.Clock = now;
            // With more than one request per millisecond, the timestamps run ahead of the clock.
            return issuer.Last = isSetBack ? now : Math.Max(now, issuer.Last + 1);
        }
    }

    internal void Correct(Uri endpoint, long issuerTime)
    {
        var issuer = _issuers.GetOrAdd(endpoint.Authority, static _ => new Issuer());
        lock (issuer) issuer.Offset = issuerTime - time.GetUtcNow().ToUnixTimeMilliseconds();
    }

    private sealed class Issuer
    {
        internal long Offset;
        internal long Clock;
        internal long Last;
    }
}
