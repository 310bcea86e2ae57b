using Microsoft.AspNetCore.Authentication;

namespace Agentdom.AspNetCore;

/// <summary>
/// Which tokens an app's own endpoints accept: those of the app's own issuer, or those of an issuer in another process. For the
/// latter the app needs no secret. It checks the signature with the issuer's public keys (RFC 8414 and RFC 7517), so the issuer must
/// have asymmetric <see cref="TokenIssuerOptions.SigningKeys"/>.
/// </summary>
public sealed class AgentTokenOptions : AuthenticationSchemeOptions
{
    private const int MaxCacheSeconds = 30;

    /// <summary>
    /// The issuer of the tokens, such as <c>https://issuer.example.com</c>, written exactly as in their <c>iss</c> claim and in the
    /// issuer's metadata. It needs https, except for loopback addresses. Null, the default, is the app's own issuer, and then the other
    /// options are not used.
    /// </summary>
    public Uri? Issuer { get; set; }

    /// <summary>
    /// The address of the issuer's metadata (RFC 8414). The default is <see cref="Issuer"/> followed by
    /// <c>/.well-known/oauth-authorization-server</c>.
    /// </summary>
    public Uri? MetadataAddress { get; set; }

    /// <summary>
    /// The <c>aud</c> claim that tokens must have. If it is null, the default, tokens must have none, because a token with an audience is
    /// for another service.
    /// </summary>
    public string? Audience { get; set; }

    /// <summary>How revoked tokens are recognised. The default is to ask the issuer.</summary>
    public RevocationCheck Revocation { get; set; } = RevocationCheck.Introspection;

    /// <summary>
    /// How long the issuer's answer about a token is kept, in seconds: 0 to 30. The default is 10. So long can a token be accepted
    /// after it was revoked.
    /// </summary>
    public int IntrospectionCacheSeconds { get; set; } = 10;

    /// <summary>
    /// What happens while the issuer cannot be asked about a token, or for its keys. The default is to refuse the request with 503.
    /// </summary>
    public UnavailableIssuer WhenUnavailable { get; set; } = UnavailableIssuer.Refuse;

    /// <summary>The issuer's name as it was written, because names are compared exactly (RFC 8414 §3.3).</summary>
    internal string IssuerName => Issuer!.OriginalString;

    internal Uri Metadata => MetadataAddress ?? new Uri(Address(Issuer!) + AgentTokenDefaults.MetadataPath);

    /// <summary>The problems of these options, each as a sentence with advice; empty if they are valid.</summary>
    internal IEnumerable<string> Problems()
    {
        if (Issuer is null) yield break;
        if (!AtpHost.IsIssuerName(Issuer))
            yield return "Issuer must be an https address without a user name and a query, such as https://issuer.example.com. "
                + "Http is allowed for loopback addresses.";
        if (MetadataAddress is not null && !AtpHost.IsSecure(MetadataAddress))
            yield return "MetadataAddress must be an https address without a user name. Http is allowed for loopback addresses.";
        if (Audience is not null && string.IsNullOrWhiteSpace(Audience)) yield return "Audience is empty. Name one, or leave it out.";
        if (IntrospectionCacheSeconds is < 0 or > MaxCacheSeconds)
            yield return $"IntrospectionCacheSeconds is 0 to {MaxCacheSeconds}, not {IntrospectionCacheSeconds}.";
    }

    /// <summary>Whether a name is the issuer's, perhaps in another spelling, such as with a slash at its end.</summary>
    internal bool IsLikeIssuer(string name) => name == IssuerName
        || (Uri.TryCreate(name, UriKind.Absolute, out var address) && Address(address) == Address(Issuer!));

    private static string Address(Uri name) => name.GetLeftPart(UriPartial.Path).TrimEnd('/');
}
