namespace Agentdom;

/// <summary>The scopes and endpoints that a host advertises.</summary>
public sealed class AtpManifest
{
    internal AtpManifest(AgentdomManifest manifest)
    {
        Host = manifest.Host.Name;
        Method = manifest.Method;
        Scopes = [.. manifest.Scopes];
        TokenEndpoint = manifest.TokenEndpoint;
        VerifyEndpoint = manifest.VerifyEndpoint;
        RevokeEndpoint = manifest.RevokeEndpoint;
        JwksUri = manifest.JwksUri;
        Audience = manifest.Audience;
    }

    /// <summary>The host.</summary>
    public string Host { get; }

    /// <summary>The authentication method that the host names for other tools, or null. It takes agent tokens in any case.</summary>
    public string? Method { get; }

    /// <summary>The scopes that the host offers. Empty if it lists none.</summary>
    public string[] Scopes { get; }

    /// <summary>The URL to request tokens from.</summary>
    public Uri TokenEndpoint { get; }

    /// <summary>The URL to verify tokens at.</summary>
    public Uri VerifyEndpoint { get; }

    /// <summary>The URL to revoke tokens at.</summary>
    public Uri RevokeEndpoint { get; }

    /// <summary>The URL of the issuer's public keys, with which an API can check tokens, or null if the host names no https address.</summary>
    public Uri? JwksUri { get; }

    /// <summary>The audience that requests must name, or null if the host needs none.</summary>
    public string? Audience { get; }
}
