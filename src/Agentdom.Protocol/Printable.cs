using System.Globalization;
using System.Text.RegularExpressions;

namespace Agentdom.Protocol;

/// <summary>Makes untrusted text safe to show in a message.</summary>
internal static class Printable
{
    private const int MaxLength = 300;
    private const string Removed = "[removed]";

    // Up to the last @: a password may contain one, and a slash.
    private static readonly Regex s_userInfo = new(@"(?<=://)\S*@", RegexOptions.CultureInvariant);

    /// <summary>One line of at most 300 characters, without the texts that must not be shown.</summary>
    internal static string Excerpt(string text, params IEnumerable<string> hidden)
    {
        foreach (var part in hidden) text = text.Replace(part, Removed);
        return Line(text.Length > MaxLength ? text.Substring(0, MaxLength) + "…" : text);
    }

    /// <summary>The text without the user name and password of any address in it.</summary>
    internal static string WithoutUserInfo(string text) =>
        text.IndexOf('@') < 0 ? text : s_userInfo.Replace(text, Removed + "@");

    /// <summary>A text that should be a host or an address, without user name and password.</summary>
    internal static string WithoutUserInfoOfHost(string host)
    {
        var end = host.LastIndexOf('@');
        if (end < 0) return host;
        var scheme = host.IndexOf("://", StringComparison.Ordinal);
        return (scheme >= 0 && scheme < end ? host.Substring(0, scheme + 3) : "") + Removed + host.Substring(end);
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
