using System.Security;

namespace Agentdom;

/// <summary>A loopback issuer in this process. Stands for its host wherever a cmdlet takes one.</summary>
public sealed class AtpServer
{
    internal AtpServer(LoopbackServer server, TokenIssuerOptions options)
    {
        Host = server.Host.Name;
        Uri = server.Host.Origin;
        Scopes = [.. options.Scopes];
        Audience = options.Audience;
        TokenLifetime = options.TokenLifetime;
        Secret = SecureText.Protect(options.Secrets[0]);
        StartedAt = DateTimeOffset.UtcNow;
    }

    /// <summary>The host to ask, such as localhost:40123.</summary>
    public string Host { get; }

    /// <summary>Its address, such as http://localhost:40123/.</summary>
    public Uri Uri { get; }

    /// <summary>The scopes it grants.</summary>
    public string[] Scopes { get; }

    /// <summary>The audience that requests must name, or null for none.</summary>
    public string? Audience { get; }

    /// <summary>The life of its tokens.</summary>
    public TimeSpan TokenLifetime { get; }

    /// <summary>Its secret. Cmdlets of this process find it by themselves.</summary>
    public SecureString Secret { get; }

    /// <summary>When it was started.</summary>
    public DateTimeOffset StartedAt { get; }

    /// <summary>The host.</summary>
    public override string ToString() => Host;
}
