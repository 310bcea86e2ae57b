using System.Security;
using Agentdom.Formats;

namespace Agentdom;

/// <summary>A token. The token text is a SecureString, so displaying this object does not reveal it.</summary>
public sealed class AtpToken : IFormattable
{
    internal AtpToken(StoredToken token, string? vault)
    {
        Host = token.Host;
        AccessToken = SecureText.Protect(token.AccessToken);
        TokenType = token.TokenType;
        ExpiresIn = (int)(token.ExpiresAt - token.IssuedAt).TotalSeconds;
        ExpiresAt = token.ExpiresAt;
        IssuedAt = token.IssuedAt;
        ScopesRequested = [.. token.ScopesRequested];
        ScopesGranted = [.. token.ScopesGranted];
        AgentId = token.AgentId;
        Purpose = token.Purpose;
        Endpoint = token.TokenEndpoint;
        VerifyEndpoint = token.VerifyEndpoint;
        Vault = vault;
    }

    /// <summary>The host that the token is valid for.</summary>
    public string Host { get; }

    /// <summary>The bearer token, for <c>Invoke-RestMethod -Authentication Bearer -Token</c>.</summary>
    public SecureString AccessToken { get; }

    /// <summary>The token type, <c>Bearer</c>.</summary>
    public string TokenType { get; }

    /// <summary>The lifetime of the token when it was issued, in seconds.</summary>
    public int ExpiresIn { get; }

    /// <summary>When the token expires (UTC).</summary>
    public DateTimeOffset ExpiresAt { get; }

    /// <summary>When the token was requested (UTC).</summary>
    public DateTimeOffset IssuedAt { get; }

    /// <summary>The time until the token expires. Zero if it has expired.</summary>
    public TimeSpan TimeLeft
    {
        get
        {
            var left = ExpiresAt - DateTimeOffset.UtcNow;
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>The scopes that were requested.</summary>
    public string[] ScopesRequested { get; }

    /// <summary>The scopes that were granted.</summary>
    public string[] ScopesGranted { get; }

    /// <summary>The id of the agent that the token was issued to.</summary>
    public string AgentId { get; }

    /// <summary>The purpose that the token was requested for.</summary>
    public string Purpose { get; }

    /// <summary>The URL that the token was requested from.</summary>
    public Uri Endpoint { get; }

    /// <summary>The URL to verify the token at.</summary>
    public Uri VerifyEndpoint { get; }

    /// <summary>The name of the vault that stores the token, or null if it is not stored.</summary>
    public string? Vault { get; }

    /// <summary>The host and the scopes, never the token text.</summary>
    public override string ToString() => $"{Host} ({string.Join(" ", ScopesGranted)})";

    string IFormattable.ToString(string? format, IFormatProvider? formatProvider) => format switch
    {
        nameof(TimeLeft) => Coloured(ViewText.Left(ExpiresAt)),
        "Name" => Coloured(ToString()),
        nameof(ExpiresAt) => ViewText.Moment(ExpiresAt),
        nameof(IssuedAt) => ViewText.Moment(IssuedAt),
        _ => ToString()!,
    };

    private string Coloured(string text) => TimeLeft == TimeSpan.Zero ? ViewText.Failure(text)
        : RenewalPolicy.IsDue(IssuedAt, ExpiresAt, DateTimeOffset.UtcNow) ? ViewText.Warning(text)
        : ViewText.Success(text);
}
