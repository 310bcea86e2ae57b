namespace Agentdom.Issuer;

/// <summary>A shared secret that requests can be signed with.</summary>
internal sealed class AgentSecret(SharedSecret secret)
{
    private const string KeyIdInfo = "agentdom/atp/akid/v1";

    internal SharedSecret Secret => secret;

    /// <summary>Names the secret in tokens that were requested with it, without revealing anything about it.</summary>
    internal string KeyId { get; } = Hmac.DeriveId(secret.Bytes, KeyIdInfo);
}
