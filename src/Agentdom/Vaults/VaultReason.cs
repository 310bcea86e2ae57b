using System.Text.RegularExpressions;

namespace Agentdom.Vaults;

/// <summary>
/// What a vault says about its failure, for a message. A vault behind a command line tool may repeat the command, so stored texts
/// are removed.
/// </summary>
internal static class VaultReason
{
    private static readonly Regex s_storedText = new("agentdom[0-9]+-[A-Za-z0-9_-]+", RegexOptions.CultureInvariant);

    internal static string Of(Exception e)
    {
        var (outer, inner) = (e.Message.Trim(), e.GetBaseException().Message.Trim());
        var all = outer.Contains(inner) ? outer : $"{outer.TrimEnd('.', ':')}: {inner}";
        return Printable.Excerpt(s_storedText.Replace(all, "[removed]"));
    }

    /// <summary>An exception that may be shown as a whole, or null.</summary>
    internal static Exception? IfClean(Exception e) => s_storedText.IsMatch(e.ToString()) ? null : e;
}
