using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text.RegularExpressions;

namespace Agentdom.Completion;

/// <summary>
/// Offers values for a parameter while it is typed: those that begin with what is there, wildcards included, quoted where
/// they need it. It asks no host and no person, and never fails.
/// </summary>
internal abstract class ValueCompleter : IArgumentCompleter
{
    private static readonly Regex s_plain = new("^[A-Za-z0-9][A-Za-z0-9._:/-]*$", RegexOptions.CultureInvariant);

    /// <summary>What to choose from, best first. An array of several texts is a list, offered as a whole.</summary>
    protected abstract IEnumerable<string[]> Values(TypedParameters typed);

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        try
        {
            // The brackets of an IPv6 address are no wildcard.
            var typed = wordToComplete.Trim('\'', '"').Replace("`", "``").Replace("[", "`[").Replace("]", "`]");
            var pattern = WildcardPattern.Get(typed + "*", WildcardOptions.IgnoreCase);
            var offered = new HashSet<string>(StringComparer.Ordinal);
            return [.. Values(new TypedParameters(fakeBoundParameters))
                .Select(static parts => (Parts: parts, Shown: string.Join(",", parts)))
                .Where(value => pattern.IsMatch(value.Shown) && offered.Add(value.Shown))
                .Select(static value => new CompletionResult(
                    string.Join(",", value.Parts.Select(Quote)), value.Shown, CompletionResultType.ParameterValue, value.Shown))];
        }
        catch (Exception)
        {
            // Whatever it was, the command itself will say it better than a key could.
            return [];
        }
    }

    private static string Quote(string value) =>
        s_plain.IsMatch(value) ? value : $"'{CodeGeneration.EscapeSingleQuotedStringContent(value)}'";
}
