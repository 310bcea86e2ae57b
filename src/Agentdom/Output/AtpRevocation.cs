using Agentdom.Formats;

namespace Agentdom;

/// <summary>The result of revoking a token.</summary>
public sealed class AtpRevocation : IFormattable
{
    internal AtpRevocation(string host, IEnumerable<string> scopes, bool revokedAtIssuer, bool removedFromVault)
    {
        Host = host;
        Scopes = [.. scopes];
        RevokedAtIssuer = revokedAtIssuer;
        RemovedFromVault = removedFromVault;
    }

    /// <summary>The host, or the name of the vault entry if it was given and could not be read.</summary>
    public string Host { get; }

    /// <summary>The scopes the token was requested for.</summary>
    public string[] Scopes { get; }

    /// <summary>
    /// Whether the issuer confirmed the revocation of the token and of those that it replaced. If not, one of them may stay valid until
    /// it expires.
    /// </summary>
    public bool RevokedAtIssuer { get; }

    /// <summary>Whether the token was in the vault and was removed from it.</summary>
    public bool RemovedFromVault { get; }

    string IFormattable.ToString(string? format, IFormatProvider? formatProvider) => format switch
    {
        nameof(RevokedAtIssuer) => ViewText.Caution(RevokedAtIssuer),
        nameof(RemovedFromVault) => ViewText.Verdict(RemovedFromVault),
        _ => ToString()!,
    };
}
