using System.Net;
using System.Net.Sockets;

namespace Agentdom.AspNetCore;

/// <summary>What counts as one sender: an IPv4 address, or an IPv6 /64 network, which its owner usually has as a whole.</summary>
internal static class ClientNetwork
{
    /// <summary>The network, by its first address.</summary>
    internal static IPAddress Of(IPAddress? address)
    {
        if (address is null) return IPAddress.None;
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return address;
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }

    /// <summary>The network as it is shown in logs.</summary>
    internal static string Text(IPAddress network) =>
        network.AddressFamily == AddressFamily.InterNetworkV6 ? $"{network}/64"
        : network.Equals(IPAddress.None) ? Unknown
        : network.ToString();

    /// <summary>One address as it is shown in logs.</summary>
    // IPv4 addresses in their usual form, even on a dual-stack socket, so that they match other logs.
    internal static string AddressText(IPAddress? address) =>
        (address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address)?.ToString() ?? Unknown;

    private const string Unknown = "an unknown address";
}
