using System.Globalization;

namespace Agentdom.Core;

/// <summary>Makes text from elsewhere safe to put into a message.</summary>
internal static class Printable
{
    private const int MaxLength = 300;

    /// <summary>One line of at most 300 characters, control characters as spaces, without what must not be shown.</summary>
    internal static string Excerpt(string text, string? secretText = null)
    {
        if (!string.IsNullOrEmpty(secretText)) text = text.Replace(secretText!, "[removed]");
        if (text.Length > MaxLength) text = text.Substring(0, MaxLength) + "…";
        var characters = text.ToCharArray();
        for (var i = 0; i < characters.Length; i++)
        {
            // Format characters as well: they turn text around or hide it.
            if (char.IsControl(characters[i]) || char.GetUnicodeCategory(characters[i]) == UnicodeCategory.Format) characters[i] = ' ';
        }
        return new string(characters).Trim();
    }
}
