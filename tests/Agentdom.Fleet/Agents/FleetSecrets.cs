using System.Security.Cryptography;

namespace Agentdom.Fleet.Agents;

/// <summary>
/// The shared secret, which is rotated during the run, as agents know it: each gets the new one some time after the issuer has it.
/// </summary>
internal sealed class FleetSecrets
{
    private volatile string? _next;
    private DateTimeOffset _rotatedAt;

    internal string Old { get; } = New();

    /// <summary>How long it takes until every agent has the new secret.</summary>
    internal required TimeSpan Spread { get; init; }

    internal static string New() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    /// <summary>Gives the agents a new secret, one after the other, from now on.</summary>
    internal void HandOut(string next, DateTimeOffset now)
    {
        _rotatedAt = now;
        _next = next;
    }

    /// <param name="share">Where the agent is among all, 0 to 1: the later, the later it gets the new secret.</param>
    /// <param name="now">The time.</param>
    internal string At(double share, DateTimeOffset now) =>
        _next is { } next && now >= _rotatedAt + Spread * share ? next : Old;
}
