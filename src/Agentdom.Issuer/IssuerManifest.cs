using System.Text;

namespace Agentdom.Issuer;

/// <summary>What an issuer says of itself in <c>/.well-known/agentdom.json</c> (protocol.md §1).</summary>
internal static class IssuerManifest
{
    /// <param name="options">What the issuer grants.</param>
    /// <param name="endpoint">The absolute address where tokens are asked for.</param>
    /// <returns>JSON in UTF-8.</returns>
    internal static byte[] Write(TokenIssuerOptions options, string endpoint)
    {
        var auth = new Dictionary<string, object?>
        {
            [ManifestFields.Method] = ManifestFields.AgentTokenMethod,
            [ManifestFields.TokenEndpoint] = endpoint,
            [ManifestFields.VerifyEndpoint] = endpoint + "/verify",
            [ManifestFields.RevokeEndpoint] = endpoint + "/revoke",
            [ManifestFields.Scopes] = options.Scopes,
        };
        if (options.Audience is not null) auth[ManifestFields.Audience] = options.Audience;
        return Encoding.UTF8.GetBytes(CanonicalJson.FromValue(new Dictionary<string, object?> { [ManifestFields.Auth] = auth }));
    }
}
