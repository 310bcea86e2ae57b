namespace Agentdom.Protocol;

/// <summary>The manifest's address and the names of its members (protocol.md §1).</summary>
internal static class ManifestFields
{
    internal const string Path = "/.well-known/agentdom.json";

    /// <summary>How much agents read. Published manifests reach 530 KB.</summary>
    internal const int MaxBytes = 2 * 1024 * 1024;

    internal const string Version = "version";
    internal const string Host = "host";
    internal const string Name = "name";
    internal const string Description = "description";
    internal const string Homepage = "homepage";
    internal const string Capabilities = "capabilities";
    internal const string Auth = "auth";
    internal const string Method = "method";
    internal const string TokenEndpoint = "agent_token_endpoint";
    internal const string VerifyEndpoint = "agent_token_verify_endpoint";
    internal const string RevokeEndpoint = "agent_token_revoke_endpoint";
    internal const string Keys = "agent_token_jwks_uri";
    internal const string Audience = "agent_token_audience";
    internal const string Scopes = "scopes";

    /// <summary>How hosts offer tokens to the published AgentDOM client.</summary>
    internal const string PublishedDialect = "agent_tokens";

    /// <summary>The value of <see cref="Method"/> for this protocol.</summary>
    internal const string AgentTokenMethod = "agent_token";
}
