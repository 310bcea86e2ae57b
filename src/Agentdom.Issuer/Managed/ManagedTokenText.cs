using System.Globalization;

namespace Agentdom.Issuer;

/// <summary>
/// Managed tokens as a store keeps them: a line with the version of the form, and a line for each token. None of the values has spaces.
/// </summary>
internal static class ManagedTokenText
{
    private const string Version = "1";
    private const int Fields = 6;

    internal static string Write(IEnumerable<ManagedToken> tokens) => string.Join("\n", [Version, .. tokens.Select(Line)]);

    /// <exception cref="IssuerStateException">The text has another form.</exception>
    internal static IReadOnlyList<ManagedToken> Read(string text)
    {
        var lines = text.Split('\n');
        if (lines[0] != Version) throw Unreadable();
        return [.. lines.Skip(1).Select(ReadToken)];
    }

    private static string Line(ManagedToken token) => string.Join(" ",
    [
        token.Id, token.TokenId, token.KeyId, Number(token.CreatedAt.ToUnixTimeSeconds()), Number(token.IssuedAt.ToUnixTimeSeconds()),
        Number((long)token.Lifetime.TotalSeconds), .. token.Scopes,
    ]);

    private static ManagedToken ReadToken(string line)
    {
        var parts = line.Split(' ');
        if (parts.Length <= Fields) throw Unreadable();
        return new ManagedToken(
            parts[0], parts[1], parts[2], [.. parts.Skip(Fields)], DateTimeOffset.FromUnixTimeSeconds(Number(parts[3])),
            DateTimeOffset.FromUnixTimeSeconds(Number(parts[4])), TimeSpan.FromSeconds(Number(parts[5])));
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static long Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= UnixTime.MaxMilliseconds / 1000
            ? number
            : throw Unreadable();

    private static IssuerStateException Unreadable() =>
        new("The managed tokens of an agent were stored by a later version or are damaged, so they cannot be read.");
}
