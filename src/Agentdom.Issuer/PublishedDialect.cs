using System.Text.Json.Nodes;
using JsonObject = System.Text.Json.Nodes.JsonObject;

namespace Agentdom.Issuer;

/// <summary>The member <c>agent_tokens</c> of a manifest, which the published AgentDOM client reads (protocol.md §10).</summary>
internal static class PublishedDialect
{
    /// <param name="options">The issuer's options.</param>
    /// <param name="managed">The absolute address at which agents manage tokens with an API key.</param>
    internal static JsonObject Describe(TokenIssuerOptions options, string managed)
    {
        var one = managed.TrimEnd('/') + "/{id}";
        return new JsonObject
        {
            ["issue"] = $"POST {managed}",
            ["rotate"] = $"POST {one}/rotate",
            ["revoke"] = $"DELETE {one}",
            ["list"] = $"GET {managed}",
            ["max_ttl_seconds"] = (long)options.TokenLifetime.TotalSeconds,
            [ManifestFields.Scopes] = new JsonArray([.. options.Scopes.Select(static scope => (JsonNode)scope)]),
        };
    }
}
