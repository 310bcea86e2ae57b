using System.Xml.Linq;

namespace Agentdom.Help;

/// <summary>Writes the MAML file that Get-Help reads for compiled cmdlets.</summary>
internal static class MamlWriter
{
    private static readonly XNamespace s_help = "http://msh";
    private static readonly XNamespace s_maml = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace s_command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace s_dev = "http://schemas.microsoft.com/maml/dev/2004/10";

    internal static XDocument Write(IEnumerable<(CommandPage Page, CmdletHelp Command)> help) => new(new XDeclaration("1.0", "utf-8", null),
        new XElement(s_help + "helpItems", new XAttribute("schema", "maml"), help.Select(static h => Command(h.Page, h.Command))));

    private static XElement Command(CommandPage page, CmdletHelp command) => new(s_command + "command",
        new XAttribute(XNamespace.Xmlns + "maml", s_maml),
        new XAttribute(XNamespace.Xmlns + "command", s_command),
        new XAttribute(XNamespace.Xmlns + "dev", s_dev),
        new XElement(s_command + "details",
            new XElement(s_command + "name", command.Name),
            new XElement(s_command + "verb", command.Verb),
            new XElement(s_command + "noun", command.Noun),
            Description([page.Synopsis])),
        Description(page.Description),
        new XElement(s_command + "syntax", command.ParameterSets.Select(set => new XElement(s_command + "syntaxItem",
            new XElement(s_maml + "name", command.Name), set.Select(p => Parameter(p, page, isSyntax: true))))),
        new XElement(s_command + "parameters", InOrderOf(page, command).Select(p => Parameter(p, page, isSyntax: false))),
        new XElement(s_command + "inputTypes", Inputs(command)),
        new XElement(s_command + "returnValues", Outputs(command, page)),
        new XElement(s_maml + "alertSet",
            new XElement(s_maml + "title", "Errors"), new XElement(s_maml + "alert", Paragraphs(page.Errors))),
        new XElement(s_command + "examples", page.Examples.Select(Example)),
        new XElement(s_command + "relatedLinks", page.SeeAlso.Select(static name =>
            new XElement(s_maml + "navigationLink", new XElement(s_maml + "linkText", name), new XElement(s_maml + "uri")))));

    private static IEnumerable<ParameterHelp> InOrderOf(CommandPage page, CmdletHelp command)
    {
        var order = page.Parameters.Keys.ToList();
        return command.Parameters
            .OrderBy(static p => p.StandardText is not null)
            .ThenBy(static p => p.Position ?? int.MaxValue)
            .ThenBy(p => order.IndexOf(p.Name));
    }

    private static XElement Parameter(ParameterHelp parameter, CommandPage page, bool isSyntax) => new(s_command + "parameter",
        new XAttribute("required", parameter.IsMandatory),
        new XAttribute("variableLength", parameter.Type.IsArray),
        new XAttribute("globbing", parameter.TakesWildcards),
        new XAttribute("pipelineInput", parameter.PipelineInput),
        new XAttribute("position", (object?)parameter.Position ?? "named"),
        new XAttribute("aliases", parameter.Aliases.Count == 0 ? "none" : string.Join(", ", parameter.Aliases)),
        new XElement(s_maml + "name", parameter.Name),
        Description(Text(parameter, page)),
        isSyntax && parameter.Type.IsEnum
            ? new XElement(s_command + "parameterValueGroup", Enum.GetNames(parameter.Type).Select(static n => Value(n)))
            : null,
        // Syntax lines show a switch without a value.
        isSyntax && parameter.IsSwitch ? null : Value(parameter.Type.Name),
        Type(parameter.Type.Name),
        new XElement(s_dev + "defaultValue", parameter.DefaultText));

    private static IEnumerable<string> Text(ParameterHelp parameter, CommandPage page)
    {
        var text = parameter.StandardText is { } standard ? [standard] : page.Parameters[parameter.Name];
        if (parameter.Type.IsEnum) text = [.. text, $"Values: {string.Join(", ", Enum.GetNames(parameter.Type))}."];
        return parameter.Range is { } range ? [.. text, $"Range: {range}."] : text;
    }

    private static IEnumerable<XElement> Inputs(CmdletHelp command)
    {
        var taking = command.Parameters.Where(static p => p.TakesPipeline).ToList();
        foreach (var parameter in taking)
            yield return new XElement(s_command + "inputType", Type(parameter.Type.FullName!),
                Description([$"Passed to -{parameter.Name}."]));
        var byName = command.Parameters.Where(static p => p.TakesProperty)
            .Select(static p => $"{string.Join(" or ", p.Aliases.Prepend(p.Name))} (-{p.Name})").ToList();
        if (byName.Count > 0)
            yield return new XElement(s_command + "inputType", Type("System.Management.Automation.PSObject"),
                Description([$"An object with properties of these names: {string.Join(", ", byName)}."]));
        if (taking.Count + byName.Count == 0)
            yield return new XElement(s_command + "inputType", Type("None"), Description(["This cmdlet takes no pipeline input."]));
    }

    private static IEnumerable<XElement> Outputs(CmdletHelp command, CommandPage page) => command.OutputTypes.Select((type, index) =>
        new XElement(s_command + "returnValue", Type(type == typeof(void) ? "None" : type.FullName!),
            Description(index == command.OutputTypes.Count - 1 ? page.Output : [])));

    private static XElement Example(Example example, int index) => new(s_command + "example",
        new XElement(s_maml + "title", $"--- Example {index + 1}: {example.Title} ---"),
        new XElement(s_dev + "code", example.Code),
        // Get-Help leaves no empty line between an example and the title of the next one.
        new XElement(s_dev + "remarks", Paragraphs(example.Remarks.Append(""))));

    private static XElement Value(string name) => new(s_command + "parameterValue",
        new XAttribute("required", true), new XAttribute("variableLength", false), name);

    private static XElement Type(string name) => new(s_dev + "type", new XElement(s_maml + "name", name), new XElement(s_maml + "uri"));

    private static XElement Description(IEnumerable<string> text) => new(s_maml + "description", Paragraphs(text));

    private static IEnumerable<XElement> Paragraphs(IEnumerable<string> text) => text.Select(static t => new XElement(s_maml + "para", t));
}
