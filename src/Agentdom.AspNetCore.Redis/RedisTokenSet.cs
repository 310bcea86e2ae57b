using System.Globalization;

namespace Agentdom.AspNetCore.Redis;

/// <summary>A set of managed tokens as Redis has it: 32 hex digits of its version, its expiry, a space, and its content.</summary>
internal static class RedisTokenSet
{
    private const int VersionLength = 32;

    private static readonly long s_latest = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    internal static string Version(Guid? version) => version?.ToString("n") ?? "";

    internal static string Write(ManagedTokenSet set) => string.Create(
        CultureInfo.InvariantCulture, $"{Version(set.Version)}{set.Until.ToUnixTimeMilliseconds()} {set.Content}");

    /// <exception cref="IssuerStateException">The text has another form.</exception>
    internal static ManagedTokenSet Read(string text)
    {
        var end = text.IndexOf(' ', StringComparison.Ordinal);
        if (end > VersionLength && Guid.TryParseExact(text.AsSpan(0, VersionLength), "n", out var version)
            && long.TryParse(text.AsSpan()[VersionLength..end], NumberStyles.None, CultureInfo.InvariantCulture, out var until)
            && until <= s_latest)
            return new ManagedTokenSet(version, text[(end + 1)..], DateTimeOffset.FromUnixTimeMilliseconds(until));
        throw new IssuerStateException("The managed tokens of an agent in Redis are damaged, so they cannot be read.");
    }
}
