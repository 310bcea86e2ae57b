using System.Collections;
using System.Globalization;
using System.Management.Automation;

namespace Agentdom.Help;

/// <summary>What a cmdlet tells of itself.</summary>
internal sealed record CmdletHelp(
    string Verb, string Noun, IReadOnlyList<IReadOnlyList<ParameterHelp>> ParameterSets, IReadOnlyList<Type> OutputTypes)
{
    internal string Name => $"{Verb}-{Noun}";

    /// <summary>Every parameter once.</summary>
    internal IEnumerable<ParameterHelp> Parameters => ParameterSets.SelectMany(static s => s).DistinctBy(static p => p.Name);
}

/// <summary>What a cmdlet tells of one of its parameters in one of its sets.</summary>
internal sealed record ParameterHelp
{
    internal required string Name { get; init; }

    internal required Type Type { get; init; }

    /// <summary>Null where it must be named.</summary>
    internal required int? Position { get; init; }

    internal required bool IsMandatory { get; init; }

    internal required bool TakesPipeline { get; init; }

    internal required bool TakesProperty { get; init; }

    internal required bool TakesWildcards { get; init; }

    internal required IReadOnlyList<string> Aliases { get; init; }

    internal required object? Default { get; init; }

    /// <summary>The range it must lie in, in words, or null.</summary>
    internal required string? Range { get; init; }

    /// <summary>The text of a parameter that every cmdlet may have and that no page explains; null for others.</summary>
    internal required string? StandardText { get; init; }

    internal bool IsSwitch => Type == typeof(SwitchParameter);

    internal string PipelineInput => (TakesPipeline, TakesProperty) switch
    {
        (true, true) => "True (ByValue, ByPropertyName)",
        (true, false) => "True (ByValue)",
        (false, true) => "True (ByPropertyName)",
        _ => "False",
    };

    internal string DefaultText => Default switch
    {
        _ when IsSwitch => "False",
        null or "" or ICollection { Count: 0 } => "None",
        IEnumerable<string> list => string.Join(", ", list),
        _ => Convert.ToString(Default, CultureInfo.InvariantCulture)!,
    };
}
