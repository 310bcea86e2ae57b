namespace Agentdom;

/// <summary>What became of a token that was revoked.</summary>
public sealed class AtpRevocation
{
    internal AtpRevocation(string host, IEnumerable<string> scopes, bool revokedAtIssuer, bool removedFromVault)
    {
        Host = host;
        Scopes = [.. scopes];
        RevokedAtIssuer = revokedAtIssuer;
        RemovedFromVault = removedFromVault;
    }

    /// <summary>The host.</summary>
    public string Host { get; }

    /// <summary>The scopes the token was requested for.</summary>
    public string[] Scopes { get; }

    /// <summary>Whether the issuer confirmed. Where false, the token may be good until it ends.</summary>
    public bool RevokedAtIssuer { get; }

    /// <summary>Whether the token is no longer kept here.</summary>
    public bool RemovedFromVault { get; }
}
