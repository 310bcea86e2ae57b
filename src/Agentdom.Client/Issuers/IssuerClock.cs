using System.Collections.Concurrent;

namespace Agentdom.Client;

/// <summary>
/// The timestamps of signed requests: this machine's clock, corrected by what an issuer said of its own, and never the
/// same one twice in this process, since two equal bodies would count as a replay (protocol.md §4 and §5).
/// </summary>
internal sealed class IssuerClock(TimeProvider time)
{
    // A clock set back by more than this is believed; less is a clock being put right.
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
            // More requests than milliseconds run ahead of the clock, for as long as there are more.
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
