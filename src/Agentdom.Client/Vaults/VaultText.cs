using System.Text.RegularExpressions;

namespace Agentdom.Client;

/// <summary>
/// The form in which every text is stored in a vault: one line of letters, digits, dashes and underscores, because vaults behind
/// command line tools lose quotes and line ends. It is a mark with the form's version, and the text in base64url. Texts without
/// a mark are read as they are: earlier versions stored them so, and users store secrets by hand.
/// </summary>
internal static class VaultText
{
    /// <summary>
    /// Stands in an entry that was removed, because some vaults do not accept the name of a removed entry again for weeks. Five
    /// characters are never base64url, so it is not the form of any text.
    /// </summary>
    internal const string Removed = Mark + "empty";

    private const string Mark = "agentdom2-";

    private static readonly Regex s_anyVersion = new("^agentdom[0-9]+-[A-Za-z0-9_-]*$", RegexOptions.CultureInvariant);

    /// <exception cref="JsonFormatException">The text contains a lone surrogate.</exception>
    internal static string Encode(string text) => Mark + Base64UrlText.Encode(StrictJson.ToUtf8(text));

    /// <summary>The text without the line ends that some vaults add.</summary>
    internal static string Line(string stored) => stored.Trim('\r', '\n');

    /// <summary>What <see cref="Encode"/> was given, or a text without a mark.</summary>
    /// <returns>Null if the entry was removed.</returns>
    /// <exception cref="JsonFormatException">The text has a mark, but is damaged or from a later version.</exception>
    internal static string? Decode(string stored)
    {
        var line = Line(stored);
        if (line == Removed) return null;
        if (!line.StartsWith(Mark, StringComparison.Ordinal))
            return s_anyVersion.IsMatch(line) ? throw new JsonFormatException("It was stored by a later version of Agentdom.") : line;
        try
        {
            var text = StrictJson.FromUtf8(Base64UrlText.Decode(line.Substring(Mark.Length)));
            // A text that was changed must not pass as another one.
            if (Encode(text) == line) return text;
        }
        catch (FormatException)
        {
            // The vault changed it.
        }
        throw new JsonFormatException("The vault returns it changed.");
    }
}
