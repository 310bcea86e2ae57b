using System.Text;

namespace Agentdom.Issuer;

/// <summary>Writes an issuer's manifest, <c>/.well-known/agentdom.json</c> (protocol.md §1).</summary>
internal static class IssuerManifest
{
    /// <param name="options">The issuer's options.</param>
    /// <param name="token">The absolute address of the token endpoint.</param>
    /// <param name="verify">The absolute address at which tokens are verified.</param>
    /// <param name="revoke">The absolute address at which tokens are revoked.</param>
    /// <param name="managed">The absolute address at which agents manage tokens with an API key, or null.</param>
    /// <returns>JSON in UTF-8.</returns>
    internal static byte[] Write(TokenIssuerOptions options, string token, string verify, string revoke, string? managed = null)
    {
        var auth = new Dictionary<string, object?>
        {
            [ManifestFields.Method] = ManifestFields.AgentTokenMethod,
            [ManifestFields.TokenEndpoint] = token,
            [ManifestFields.VerifyEndpoint] = verify,
            [ManifestFields.RevokeEndpoint] = revoke,
            [ManifestFields.Scopes] = options.Scopes,
        };
        if (options.Audience is not null) auth[ManifestFields.Audience] = options.Audience;
        if (managed is not null) auth[ManifestFields.PublishedDialect] = PublishedDialect.Describe(options, managed);
        return Encoding.UTF8.GetBytes(CanonicalJson.FromValue(new Dictionary<string, object?> { [ManifestFields.Auth] = auth }));
    }
}
