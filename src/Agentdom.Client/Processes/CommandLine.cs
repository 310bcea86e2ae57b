using System.Text;

namespace Agentdom.Client;

/// <summary>Quotes arguments by the rules of the C runtime's argument parser.</summary>
internal static class CommandLine
{
    internal static string Join(IEnumerable<string> words) => string.Join(" ", words.Select(static word =>
    {
        if (NeedsNoQuotes(word)) return word;
        var quoted = new StringBuilder("\"");
        var backslashes = 0;
        foreach (var c in word)
        {
            // Backslashes are special only before a quote, and are doubled there.
            if (c == '"') quoted.Append('\\', backslashes + 1);
            backslashes = c == '\\' ? backslashes + 1 : 0;
            quoted.Append(c);
        }
        return quoted.Append('\\', backslashes).Append('"').ToString();
    }));

    /// <summary>Whether a word needs no quotes in any of the shells and formats that Agentdom writes.</summary>
    internal static bool NeedsNoQuotes(string word) =>
        word.Length > 0 && word.All(static c => c < 128 && (char.IsLetterOrDigit(c) || c is '/' or '.' or '-' or '_'));
}
