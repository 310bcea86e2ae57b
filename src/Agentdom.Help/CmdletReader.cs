using System.Management.Automation;
using System.Reflection;
using System.Runtime.Loader;

namespace Agentdom.Help;

/// <summary>Reads the cmdlets of an assembly by reflection.</summary>
internal static class CmdletReader
{
    private static readonly Dictionary<string, string> s_standardTexts = new(StringComparer.Ordinal)
    {
        ["WhatIf"] = "Shows what the cmdlet would do, without doing it.",
        ["Confirm"] = "Asks for confirmation before the cmdlet changes anything.",
    };

    /// <summary>Reads all cmdlets of an assembly, sorted by name.</summary>
    internal static IReadOnlyList<CmdletHelp> Read(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        AssemblyLoadContext.Default.Resolving += (context, name) =>
            Path.Combine(folder, name.Name + ".dll") is var file && File.Exists(file) ? context.LoadFromAssemblyPath(file) : null;
        return [.. AssemblyLoadContext.Default.LoadFromAssemblyPath(Path.GetFullPath(path)).GetExportedTypes()
            .Where(static t => !t.IsAbstract && t.GetCustomAttribute<CmdletAttribute>() is not null)
            .Select(Read)
            .OrderBy(static c => c.Name, StringComparer.Ordinal)];
    }

    private static CmdletHelp Read(Type type)
    {
        var name = type.GetCustomAttribute<CmdletAttribute>()!;
        var cmdlet = Activator.CreateInstance(type)!;
        var sets = new CmdletInfo($"{name.VerbName}-{name.NounName}", type).ParameterSets
            .Select(set => (IReadOnlyList<ParameterHelp>)[.. set.Parameters
                .Where(static p => !Cmdlet.CommonParameters.Contains(p.Name))
                .Select(p => Read(p, cmdlet))
                .OrderBy(static p => p.StandardText is not null)
                .ThenBy(static p => p.Position ?? int.MaxValue)
                .ThenBy(static p => !p.IsMandatory)])
            .ToArray();
        return new CmdletHelp(name.VerbName, name.NounName, sets,
            [.. type.GetCustomAttributes<OutputTypeAttribute>().SelectMany(static o => o.Type).Select(static t => t.Type)]);
    }

    private static ParameterHelp Read(CommandParameterInfo parameter, object cmdlet)
    {
        var range = parameter.Attributes.OfType<ValidateRangeAttribute>().FirstOrDefault();
        return new ParameterHelp
        {
            Name = parameter.Name,
            Type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType,
            Position = parameter.Position < 0 ? null : parameter.Position,
            IsMandatory = parameter.IsMandatory,
            TakesPipeline = parameter.ValueFromPipeline,
            TakesProperty = parameter.ValueFromPipelineByPropertyName,
            TakesWildcards = parameter.Attributes.OfType<SupportsWildcardsAttribute>().Any(),
            Aliases = [.. parameter.Aliases],
            Default = parameter.IsMandatory ? null : cmdlet.GetType().GetProperty(parameter.Name)?.GetValue(cmdlet),
            Range = range is null ? null : $"{range.MinRange} to {range.MaxRange}",
            StandardText = s_standardTexts.GetValueOrDefault(parameter.Name),
        };
    }
}
