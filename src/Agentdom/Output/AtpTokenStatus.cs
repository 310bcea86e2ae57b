using Agentdom.Formats;

namespace Agentdom;

/// <summary>The issuer's answer about a token.</summary>
public sealed class AtpTokenStatus : IFormattable
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

    /// <summary>The host whose issuer answered.</summary>
    public string Host { get; }

    /// <summary>The scopes the token was requested for. Empty if they are not known.</summary>
    public string[] ScopesRequested { get; }

    /// <summary>Whether the token is valid.</summary>
    public bool Valid { get; }

    /// <summary>The scopes that the token is valid for. Empty if it is not valid.</summary>
    public string[] Scopes { get; }

    /// <summary>When the token expires (UTC), or null if the issuer does not report it.</summary>
    public DateTimeOffset? ExpiresAt { get; }

    /// <summary>The id of the agent that the token was issued to, or null if the issuer does not report it.</summary>
    public string? AgentId { get; }

    string IFormattable.ToString(string? format, IFormatProvider? formatProvider) => format switch
    {
        nameof(Valid) => ViewText.Verdict(Valid),
        "TimeLeft" => ViewText.Left(ExpiresAt),
        nameof(ExpiresAt) => ViewText.Moment(ExpiresAt),
        _ => ToString()!,
    };
}
