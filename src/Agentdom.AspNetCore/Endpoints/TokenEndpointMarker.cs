namespace Agentdom.AspNetCore;

/// <summary>Marks the token endpoint, so that the manifest can find its address.</summary>
internal sealed class TokenEndpointMarker
{
    internal static readonly TokenEndpointMarker Instance = new();
}
