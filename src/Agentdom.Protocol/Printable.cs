using System.Globalization;

namespace Agentdom.Protocol;

/// <summary>Makes untrusted text safe to show in a message.</summary>
internal static class Printable
{
    private const int MaxLength = 300;

    /// <summary>One line of at most 300 characters, without the texts that must not be shown.</summary>
    internal static string Excerpt(string text, params IEnumerable<string> hidden)
    {
        foreach (var part in hidden) text = text.Replace(part, "[removed]");
        return Line(text.Length > MaxLength ? text.Substring(0, MaxLength) + "…" : text);
    }

    /// <summary>One line, with spaces in place of control and format characters, which a terminal would interpret.</summary>
    public static string Line(string text)
    {
        var characters = text.ToCharArray();
        for (var i = 0; i < characters.Length; i++)
        {
            // Format characters can reverse or hide text.
            if (char.IsControl(characters[i]) || char.GetUnicodeCategory(characters[i]) == UnicodeCategory.Format) characters[i] = ' ';
        }
        return new string(characters).Trim();
    }
}
