namespace Agentdom.Issuer;

/// <summary>The agent that has sent its API key with a request.</summary>
/// <param name="Agent">The agent, which is not disabled.</param>
/// <param name="KeyId">The id of the key, as tokens name it.</param>
internal sealed record ApiKeyHolder(RegisteredAgent Agent, string KeyId);
