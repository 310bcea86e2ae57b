using System.Text;
using Agentdom.Core.Client;
using Agentdom.Core.Json;

namespace Agentdom.Core.Issuing;

/// <summary>What an issuer says of itself in <c>/.well-known/agentdom.json</c> (protocol.md §1).</summary>
internal static class IssuerManifest
{
    internal const string Path = "/.well-known/agentdom.json";

    /// <param name="options">What the issuer grants.</param>
    /// <param name="endpoint">The absolute address where tokens are asked for.</param>
    /// <returns>JSON in UTF-8.</returns>
    internal static byte[] Write(TokenIssuerOptions options, string endpoint)
    {
        var auth = new Dictionary<string, object?>
        {
            ["method"] = AgentdomManifest.AgentTokenMethod,
            ["agent_token_endpoint"] = endpoint,
            ["agent_token_verify_endpoint"] = endpoint + "/verify",
            ["agent_token_revoke_endpoint"] = endpoint + "/revoke",
            ["scopes"] = options.Scopes,
        };
        if (options.Audience is not null) auth["agent_token_audience"] = options.Audience;
        return Encoding.UTF8.GetBytes(CanonicalJson.FromValue(new Dictionary<string, object?> { ["auth"] = auth }));
    }
}
