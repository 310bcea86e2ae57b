using System.Security;
using Agentdom.Formats;

namespace Agentdom;

/// <summary>A loopback issuer in this process. It can be passed to any cmdlet that takes a host.</summary>
public sealed class AtpServer : IFormattable
{
    internal AtpServer(LoopbackServer server, TokenIssuerOptions options)
    {
        Host = server.Host.Origin.Authority;
        Uri = server.Host.Origin;
        Scopes = [.. options.Scopes];
        Audience = options.Audience;
        TokenLifetime = options.TokenLifetime;
        Secret = SecureText.Protect(options.Secrets[0]);
        StartedAt = DateTimeOffset.UtcNow;
        IsTrusted = server.IsTrusted;
    }

    /// <summary>The host to request tokens from, such as <c>localhost:40123</c>.</summary>
    public string Host { get; }

    /// <summary>The URL of the server, such as <c>http://localhost:40123/</c>, or <c>https://localhost:40123/</c> with TLS.</summary>
    public Uri Uri { get; }

    /// <summary>The scopes that the server grants.</summary>
    public string[] Scopes { get; }

    /// <summary>The audience that requests must name, or null if they need none.</summary>
    public string? Audience { get; }

    /// <summary>The lifetime of the tokens it issues.</summary>
    public TimeSpan TokenLifetime { get; }

    /// <summary>The shared secret. The cmdlets in this process use it automatically.</summary>
    public SecureString Secret { get; }

    /// <summary>Whether <c>Invoke-RestMethod</c> in this process accepts the server's certificate, if it has one.</summary>
    internal bool IsTrusted { get; }

    /// <summary>When the server was started (UTC).</summary>
    public DateTimeOffset StartedAt { get; }

    /// <summary>The host.</summary>
    public override string ToString() => Host;

    string IFormattable.ToString(string? format, IFormatProvider? formatProvider) => format switch
    {
        nameof(TokenLifetime) => ViewText.Span(TokenLifetime),
        nameof(StartedAt) => ViewText.Moment(StartedAt),
        "StartedAtDistance" => ViewText.Distance(StartedAt),
        _ => ToString()!,
    };
}
