using System.Globalization;

namespace Agentdom.Protocol;

/// <summary>Makes text from elsewhere safe to put into a message.</summary>
internal static class Printable
{
    private const int MaxLength = 300;

    /// <summary>The same of at most 300 characters and without what must not be shown.</summary>
    internal static string Excerpt(string text, params IEnumerable<string> hidden)
    {
        foreach (var part in hidden) text = text.Replace(part, "[removed]");
        return Line(text.Length > MaxLength ? text.Substring(0, MaxLength) + "…" : text);
    }

    /// <summary>One line, control and format characters as spaces: what a terminal would obey.</summary>
    public static string Line(string text)
    {
        var characters = text.ToCharArray();
        for (var i = 0; i < characters.Length; i++)
        {
            // Format characters as well: they turn text around or hide it.
            if (char.IsControl(characters[i]) || char.GetUnicodeCategory(characters[i]) == UnicodeCategory.Format) characters[i] = ' ';
        }
        return new string(characters).Trim();
    }
}
