using Microsoft.AspNetCore.Routing;

namespace Agentdom.AspNetCore;

/// <summary>The token endpoints of one call of <c>MapAgentTokens</c>.</summary>
/// <param name="routes">The app or group on which they were mapped.</param>
internal sealed class TokenEndpointGroup(IEndpointRouteBuilder routes)
{
    internal IEndpointRouteBuilder Routes => routes;
}
