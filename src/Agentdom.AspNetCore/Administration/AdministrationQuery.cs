using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Agentdom.AspNetCore;

/// <summary>Reads which agents a request lists. A misspelt filter is refused, because without it the list would have all agents.</summary>
internal static class AdministrationQuery
{
    private static readonly string[] s_names = ["limit", "after", "disabled", "name"];

    /// <exception cref="JsonFormatException">A parameter is unknown, there twice or invalid. The message has all problems.</exception>
    internal static AgentQuery Read(IQueryCollection query)
    {
        var problems = new List<string>();
        foreach (var (name, values) in query)
        {
            if (!s_names.Contains(name))
                problems.Add($"'{Printable.Excerpt(name)}' is not a parameter of the list, which has '{string.Join("', '", s_names)}'.");
            if (values.Count > 1) problems.Add($"'{Printable.Excerpt(name)}' is there {values.Count} times.");
        }
        var limit = AgentQuery.MaxLimit;
        if (Value("limit") is { } text
            && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > AgentQuery.MaxLimit))
            problems.Add($"'limit' must be 1 to {AgentQuery.MaxLimit}.");
        var disabled = Value("disabled");
        if (disabled is not (null or "true" or "false")) problems.Add("'disabled' must be true or false.");
        if (problems.Count > 0) throw new JsonFormatException(string.Join(' ', problems));
        return new AgentQuery
        {
            Limit = limit,
            After = Value("after"),
            Disabled = disabled is null ? null : disabled == "true",
            Name = Value("name"),
        };

        string? Value(string name) => query[name].ToString() is { Length: > 0 } value ? value : null;
    }
}
