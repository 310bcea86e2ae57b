using System.Collections.Concurrent;

namespace Agentdom.Core.Client;

/// <summary>
/// The timestamps of signed requests: this machine's clock, corrected by what an issuer said of its own, and never the
/// same one twice in this process, since two equal bodies would count as a replay (protocol.md §4 and §5).
/// </summary>
internal sealed class IssuerClock(TimeProvider time)
{
    // A clock set back by more than this is believed; less is a burst of requests that ran ahead of it.
    private const long BurstMilliseconds = 1000;

    private readonly ConcurrentDictionary<string, Issuer> _issuers = new(StringComparer.Ordinal);

    /// <summary>Milliseconds since the Unix epoch on the issuer's clock.</summary>
    internal long NextTimestamp(Uri endpoint)
    {
        var issuer = _issuers.GetOrAdd(endpoint.Authority, static _ => new Issuer());
        lock (issuer)
        {
            var now = time.GetUtcNow().ToUnixTimeMilliseconds() + issuer.Offset;
            var isBurst = now <= issuer.Last && issuer.Last - now < BurstMilliseconds;
            return issuer.Last = isBurst ? issuer.Last + 1 : now;
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
        internal long Last;
    }
}
