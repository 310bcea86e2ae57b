using System.Management.Automation;

namespace Agentdom;

/// <summary>A host, or a wildcard for hosts. The brackets of an IPv6 address are not a wildcard.</summary>
internal sealed class HostPattern
{
    private readonly WildcardPattern? _pattern;

    /// <exception cref="AtpException"><see cref="AtpError.HostInvalid"/></exception>
    internal HostPattern(string? text)
    {
        if (text is null || text.IndexOfAny(['*', '?']) >= 0) _pattern = WildcardPattern.Get(text ?? "*", WildcardOptions.IgnoreCase);
        else Host = AtpHost.Parse(text);
    }

    /// <summary>The host, or null if this is a wildcard.</summary>
    internal AtpHost? Host { get; }

    internal bool Fits(string host) => _pattern?.IsMatch(host) ?? Host!.Name == host;
}
