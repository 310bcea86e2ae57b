namespace Agentdom;

/// <summary>What a host says that it takes.</summary>
public sealed class AtpManifest
{
    internal AtpManifest(AgentdomManifest manifest)
    {
        Host = manifest.Host.Name;
        Scopes = [.. manifest.Scopes];
        TokenEndpoint = manifest.TokenEndpoint;
        VerifyEndpoint = manifest.VerifyEndpoint;
        RevokeEndpoint = manifest.RevokeEndpoint;
        Audience = manifest.Audience;
    }

    /// <summary>The host.</summary>
    public string Host { get; }

    /// <summary>How it authenticates agents: always <c>agent_token</c>, as other methods are errors.</summary>
    public string Method { get; } = ManifestFields.AgentTokenMethod;

    /// <summary>The scopes it offers; empty where it lists none.</summary>
    public string[] Scopes { get; }

    /// <summary>Where tokens are asked for.</summary>
    public Uri TokenEndpoint { get; }

    /// <summary>Where a token's state is asked for.</summary>
    public Uri VerifyEndpoint { get; }

    /// <summary>Where tokens are revoked.</summary>
    public Uri RevokeEndpoint { get; }

    /// <summary>The audience that requests name, where the host wants one.</summary>
    public string? Audience { get; }
}
