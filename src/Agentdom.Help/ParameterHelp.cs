using System.Collections;
using System.Globalization;
using System.Management.Automation;

namespace Agentdom.Help;

/// <summary>The help of a parameter in one parameter set that is read from the cmdlet's class.</summary>
internal sealed record ParameterHelp
{
    internal required string Name { get; init; }

    internal required Type Type { get; init; }

    /// <summary>The position, or null if the parameter must be named.</summary>
    internal required int? Position { get; init; }

    internal required bool IsMandatory { get; init; }

    internal required bool TakesPipeline { get; init; }

    internal required bool TakesProperty { get; init; }

    internal required bool TakesWildcards { get; init; }

    internal required IReadOnlyList<string> Aliases { get; init; }

    internal required object? Default { get; init; }

    /// <summary>The allowed range as text, such as <c>1 to 64</c>, or null if there is none.</summary>
    internal required string? Range { get; init; }

    /// <summary>The description of a parameter that PowerShell itself adds (-WhatIf, -Confirm), or null for all others.</summary>
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
