namespace Agentdom.AspNetCore;

/// <summary>Marks a token endpoint, so that a manifest can find its address.</summary>
/// <param name="Group">What one call of <c>MapAgentTokens</c> mapped.</param>
/// <param name="Operation">One of <see cref="Operation"/>.</param>
internal sealed record TokenEndpointMarker(TokenEndpointGroup Group, string Operation);
