using System.Security;

namespace Agentdom;

/// <summary>A token a script holds. The token itself is a SecureString: nothing that shows this object shows it.</summary>
public sealed class AtpToken
{
    private readonly DateTimeOffset _dueAt;

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
        _dueAt = RenewalPolicy.DueFrom(token);
    }

    /// <summary>The host it is good at.</summary>
    public string Host { get; }

    /// <summary>The bearer token, for <c>Invoke-RestMethod -Authentication Bearer -Token</c>.</summary>
    public SecureString AccessToken { get; }

    /// <summary><c>Bearer</c>.</summary>
    public string TokenType { get; }

    /// <summary>Its life when it was granted, in seconds.</summary>
    public int ExpiresIn { get; }

    /// <summary>When it ends.</summary>
    public DateTimeOffset ExpiresAt { get; }

    /// <summary>When it was asked for.</summary>
    public DateTimeOffset IssuedAt { get; }

    /// <summary>What is left of its life; never below zero.</summary>
    public TimeSpan TimeLeft
    {
        get
        {
            var left = ExpiresAt - DateTimeOffset.UtcNow;
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    internal bool IsDue => DateTimeOffset.UtcNow >= _dueAt;

    /// <summary>The scopes that were asked for.</summary>
    public string[] ScopesRequested { get; }

    /// <summary>The scopes it is good for.</summary>
    public string[] ScopesGranted { get; }

    /// <summary>The agent it was issued to.</summary>
    public string AgentId { get; }

    /// <summary>What it is for.</summary>
    public string Purpose { get; }

    /// <summary>Where it was asked for.</summary>
    public Uri Endpoint { get; }

    /// <summary>Where its state is asked for.</summary>
    public Uri VerifyEndpoint { get; }

    /// <summary>The vault that keeps it, or null where it is not kept.</summary>
    public string? Vault { get; }

    /// <summary>Host and scopes; never the token.</summary>
    public override string ToString() => $"{Host} ({string.Join(" ", ScopesGranted)})";
}
