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
    private const int MostMillisecondsLater = 1000;

    private static readonly TimeSpan s_largestOffset = TimeSpan.FromHours(24);

    private readonly ConcurrentDictionary<string, Issuer> _issuers = new(StringComparer.Ordinal);

    /// <summary>Milliseconds since the Unix epoch on the issuer's clock.</summary>
    internal long NextTimestamp(Uri endpoint)
    {
        var issuer = Of(endpoint);
        lock (issuer)
        {
            var now = Now(issuer);
            var isSetBack = now < issuer.Clock - SetBackMilliseconds;
            issuer.Clock = now;
            // With more than one request per millisecond, the timestamps run ahead of the clock.
            var next = isSetBack ? now : Math.Max(now, issuer.Last + 1);
            while (issuer.UsedAhead.Contains(next)) next++;
            issuer.UsedAhead.RemoveWhere(used => used <= next);
            return issuer.Last = next;
        }
    }

    /// <summary>
    /// A timestamp in place of a refused one that another process of the same agent has used: a random 1 to 1,000 ms after it. It is
    /// within the issuer's window, so there is no need to wait for it. Each further one is later still, where ever fewer are used.
    /// </summary>
    internal long LaterTimestamp(Uri endpoint, long refused)
    {
        var issuer = Of(endpoint);
        lock (issuer)
        {
            // The regular sequence stays near the clock and skips this one when it gets there.
            var later = Math.Max(Math.Max(Now(issuer), refused), issuer.Last) + 1
                + (BitConverter.ToUInt16(RandomBytes.Make(2), 0) % MostMillisecondsLater);
            while (!issuer.UsedAhead.Add(later)) later++;
            return later;
        }
    }

    /// <summary>Takes over the issuer's clock.</summary>
    /// <returns>How far it is ahead of this machine's.</returns>
    /// <exception cref="AtpException"><see cref="AtpError.ClockSkewed"/>: more than 24 hours. A host that asks for more may be after
    /// requests that are good on another day.</exception>
    internal TimeSpan Correct(Uri endpoint, long issuerTime)
    {
        var here = time.GetUtcNow();
        var offset = TimeSpan.FromMilliseconds(issuerTime - here.ToUnixTimeMilliseconds());
        if (offset.Duration() > s_largestOffset) throw TooFar(endpoint, here, issuerTime, offset);
        var issuer = Of(endpoint);
        lock (issuer) issuer.Offset = (long)offset.TotalMilliseconds;
        return offset;
    }

    private static AtpException TooFar(Uri endpoint, DateTimeOffset here, long issuerTime, TimeSpan offset) => new(AtpError.ClockSkewed,
        $"The clock of {endpoint.Authority} is {TimeText.Span(offset.Duration())} {(offset > TimeSpan.Zero ? "ahead of" : "behind")} "
            + "this machine's, and more than 24 hours are not followed: there it is "
            + $"{TimeText.Moment(DateTimeOffset.FromUnixTimeMilliseconds(issuerTime))}, here {TimeText.Moment(here)}.",
        "If the time here is wrong, set this machine's clock. If it is right, the provider must set the issuer's clock.");

    private Issuer Of(Uri endpoint) => _issuers.GetOrAdd(endpoint.Authority, static _ => new Issuer());

    private long Now(Issuer issuer) => time.GetUtcNow().ToUnixTimeMilliseconds() + issuer.Offset;

    private sealed class Issuer
    {
        internal long Offset;
        internal long Clock;
        internal long Last;

        /// <summary>The used timestamps that the regular sequence has not reached yet.</summary>
        internal HashSet<long> UsedAhead { get; } = [];
    }
}
