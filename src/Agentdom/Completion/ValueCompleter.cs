using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text.RegularExpressions;

namespace Agentdom.Completion;

/// <summary>
/// Tab completion for the values of a parameter. It offers the values that match the typed prefix, which may contain wildcards,
/// and quotes them if needed. It sends no request, shows no prompt and never fails.
/// </summary>
internal abstract class ValueCompleter : IArgumentCompleter
{
    private static readonly Regex s_plain = new("^[A-Za-z0-9][A-Za-z0-9._:/-]*$", RegexOptions.CultureInvariant);

    /// <summary>The candidates, best first. An array with several elements is offered as one list.</summary>
    protected abstract IEnumerable<string[]> Values(TypedParameters typed);

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        try
        {
            // The brackets of an IPv6 address are not a wildcard.
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
            // The command itself reports the error when it runs.
            return [];
        }
    }

    private static string Quote(string value) =>
        s_plain.IsMatch(value) ? value : $"'{CodeGeneration.EscapeSingleQuotedStringContent(value)}'";
}
