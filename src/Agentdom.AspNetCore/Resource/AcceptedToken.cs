namespace Agentdom.AspNetCore;

/// <summary>A token that is accepted.</summary>
/// <param name="Token">Its content.</param>
/// <param name="IsUnchecked">
/// Whether only its signature and times were checked, because the issuer is out of reach and the app chose to trust them then.
/// </param>
internal readonly record struct AcceptedToken(AgentToken Token, bool IsUnchecked = false);
