using System.Collections;
using System.Management.Automation;
using System.Text.RegularExpressions;

namespace Agentdom.Web;

/// <summary>Finds the link to the next page in the headers of a response (RFC 8288).</summary>
internal static class NextPage
{
    private static readonly Regex s_link = new(
        """<(?<address>[^>]*)>(?<attributes>(?:[^",<]|"[^"]*")*)""", RegexOptions.CultureInvariant);

    private static readonly Regex s_attribute = new(
        """;\s*(?<name>[^\s=;,"]+)\s*=\s*(?:"(?<value>[^"]*)"|(?<value>[^\s;,"]*))""", RegexOptions.CultureInvariant);

    /// <summary>The address of the next page, or null.</summary>
    /// <param name="headers">The headers, as the web cmdlets give them: lists of values by name.</param>
    /// <param name="page">The address of this page, which the link may be relative to.</param>
    internal static Uri? Of(object? headers, Uri page)
    {
        if (headers is not IDictionary all) return null;
        var links = all.Keys.Cast<object>().Where(static key => Is("Link", $"{key}"))
            .SelectMany(key => LanguagePrimitives.ConvertTo<string[]>(all[key]));
        foreach (Match link in links.SelectMany(static text => s_link.Matches(text).Cast<Match>()))
        {
            var isNext = s_attribute.Matches(link.Groups["attributes"].Value).Cast<Match>()
                .Where(static attribute => Is("rel", attribute.Groups["name"].Value))
                .Any(static relation => relation.Groups["value"].Value.Split(' ').Any(static name => Is("next", name)));
            if (isNext && Uri.TryCreate(page, link.Groups["address"].Value, out var next)) return next;
        }
        return null;
    }

    private static bool Is(string name, string found) => name.Equals(found, StringComparison.OrdinalIgnoreCase);
}
