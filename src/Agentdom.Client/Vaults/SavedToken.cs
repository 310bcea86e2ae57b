namespace Agentdom.Client;

/// <summary>What became of a token that was to be stored.</summary>
/// <param name="Dropped">Earlier tokens that are still valid but for which the entry has no room. They should be revoked.</param>
/// <param name="Failure">Why it was not stored, or null.</param>
internal sealed record SavedToken(IReadOnlyList<EarlierToken> Dropped, AtpException? Failure);
