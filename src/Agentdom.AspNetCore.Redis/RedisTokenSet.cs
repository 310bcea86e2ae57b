using System.Globalization;

namespace Agentdom.AspNetCore.Redis;

/// <summary>A set of managed tokens as Redis has it: 32 hex digits of its version, its expiry, a space, and its content.</summary>
internal static class RedisTokenSet
{
    private const int VersionLength = 32;

    internal static string Version(Guid? version) => version?.ToString("n") ?? "";

    internal static string Write(ManagedTokenSet set) => string.Create(
        CultureInfo.InvariantCulture, $"{Version(set.Version)}{set.Until.ToUnixTimeMilliseconds()} {set.Content}");

    /// <exception cref="IssuerStateException">The text has another form.</exception>
    internal static ManagedTokenSet Read(string text)
    {
        var end = text.IndexOf(' ', StringComparison.Ordinal);
        if (end > VersionLength && Guid.TryParseExact(text[..VersionLength], "n", out var version)
            && long.TryParse(text.AsSpan(VersionLength, end - VersionLength), NumberStyles.None, CultureInfo.InvariantCulture, out var until)
            && until <= UnixTime.MaxMilliseconds)
            return new ManagedTokenSet(version, text[(end + 1)..], DateTimeOffset.FromUnixTimeMilliseconds(until));
        throw new IssuerStateException("The managed tokens of an agent in Redis are damaged, so they cannot be read.");
    }
}
