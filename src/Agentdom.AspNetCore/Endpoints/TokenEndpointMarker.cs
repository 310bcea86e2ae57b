namespace Agentdom.AspNetCore;

/// <summary>Marks the endpoint where tokens are asked for, so that the manifest finds its address.</summary>
internal sealed class TokenEndpointMarker
{
    internal static readonly TokenEndpointMarker Instance = new();
}
