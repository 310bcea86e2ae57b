namespace Agentdom;

/// <summary>What an issuer says of a token.</summary>
public sealed class AtpTokenStatus
{
    internal AtpTokenStatus(string host, TokenVerdict verdict, IEnumerable<string>? scopesRequested)
    {
        Host = host;
        ScopesRequested = [.. scopesRequested ?? []];
        Valid = verdict.IsValid;
        Scopes = [.. verdict.Scopes];
        ExpiresAt = verdict.ExpiresAt;
        AgentId = verdict.AgentId;
    }

    /// <summary>The host that was asked.</summary>
    public string Host { get; }

    /// <summary>The scopes the token was requested for, where that is known.</summary>
    public string[] ScopesRequested { get; }

    /// <summary>Whether the token is good right now.</summary>
    public bool Valid { get; }

    /// <summary>The scopes it is good for; empty where it is not valid.</summary>
    public string[] Scopes { get; }

    /// <summary>When it ends, where the issuer says so.</summary>
    public DateTimeOffset? ExpiresAt { get; }

    /// <summary>The agent it was issued to, where the issuer says so.</summary>
    public string? AgentId { get; }
}
