using Microsoft.AspNetCore.Routing;

namespace Agentdom.AspNetCore;

/// <summary>Marks the endpoint at which managed tokens are issued, so that a manifest can find its address.</summary>
/// <param name="Routes">The app or group on which it was mapped.</param>
internal sealed record ManagedTokenMarker(IEndpointRouteBuilder Routes);
