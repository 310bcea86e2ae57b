using Markdig.Syntax;

namespace Agentdom.Help;

/// <summary>The text of a cmdlet's page. Types, positions and defaults are not in it: they come from the cmdlet.</summary>
internal sealed class CommandPage
{
    /// <summary>The page, without its extension, with the descriptions of the parameters that several cmdlets share.</summary>
    internal const string SharedPage = "SharedParameters";

    private const int FewestExamples = 2;

    private static readonly string[] s_sections = ["Description", "Parameters", "Output", "Examples", "Errors", "See also"];

    private readonly Dictionary<string, IReadOnlyList<string>> _parameters;
    private readonly string _parameterNote;
    private readonly List<string> _shared = [];

    private CommandPage(Section page)
    {
        if (page.Children.Find(s => !s_sections.Contains(s.Title)) is { } unknown)
            throw new PageException($"There is no section '{unknown.Title}' in a cmdlet's page.");
        Synopsis = page.Text() is [var line] ? line : throw new PageException("The synopsis must be one paragraph below the title.");
        Description = Require(page, "Description").Text();
        var parameters = page.Find("Parameters");
        _parameters = ReadParameters(parameters);
        _parameterNote = string.Join(' ', PlainText.Paragraphs(parameters?.Blocks ?? []));
        Output = Require(page, "Output").Text();
        Examples = [.. Require(page, "Examples").Children.Select(ReadExample)];
        if (Examples.Count < FewestExamples) throw new PageException($"A page must have at least {FewestExamples} examples.");
        Errors = Require(page, "Errors").Text();
        SeeAlso = [.. Require(page, "See also").Text().Select(static link => link[PlainText.Bullet.Length..])];
    }

    internal string Synopsis { get; }

    internal IReadOnlyList<string> Description { get; }

    /// <summary>The descriptions by parameter name: first those of the page in its own order, then the shared ones.</summary>
    internal IReadOnlyDictionary<string, IReadOnlyList<string>> Parameters => _parameters;

    /// <summary>The names of the parameters that take their description from the shared page.</summary>
    internal IReadOnlyList<string> SharedParameters => _shared;

    internal IReadOnlyList<string> Output { get; }

    internal IReadOnlyList<Example> Examples { get; }

    internal IReadOnlyList<string> Errors { get; }

    internal IReadOnlyList<string> SeeAlso { get; }

    /// <summary>
    /// Reads a page and checks that each parameter of the cmdlet, and no other, is described. A parameter that the page does not
    /// describe takes its description from <paramref name="shared"/>.
    /// </summary>
    /// <exception cref="PageException">The page is missing, malformed, or does not match the cmdlet.</exception>
    internal static CommandPage Read(string path, CmdletHelp command, IReadOnlyDictionary<string, IReadOnlyList<string>> shared)
    {
        if (!File.Exists(path)) throw new PageException($"There is no page for {command.Name}.");
        var page = new CommandPage(Section.Read(path));
        var known = command.Parameters.Where(static p => p.StandardText is null).Select(static p => p.Name).ToArray();
        var undescribed = known.Except(page.Parameters.Keys, StringComparer.Ordinal).ToArray();
        if (undescribed.Except(shared.Keys, StringComparer.Ordinal).ToArray() is { Length: > 0 } missing)
            throw new PageException($"The page does not describe -{string.Join(", -", missing)}.");
        if (page.Parameters.Keys.Except(known, StringComparer.Ordinal).ToArray() is { Length: > 0 } unknown)
            throw new PageException($"{command.Name} has no -{string.Join(", -", unknown)}.");
        // Readers of the Markdown see no shared description on the page, so the page has to name the parameter and link to it.
        if (Array.FindAll(undescribed, n => !page._parameterNote.Contains($"-{n}", StringComparison.Ordinal)) is { Length: > 0 } unnamed)
            throw new PageException($"The section 'Parameters' does not refer to {SharedPage} for -{string.Join(", -", unnamed)}.");
        page._shared.AddRange(undescribed);
        foreach (var name in undescribed) page._parameters.Add(name, shared[name]);
        return page;
    }

    /// <summary>Reads the headings below a section as parameters, each with its description.</summary>
    internal static Dictionary<string, IReadOnlyList<string>> ReadParameters(Section? section) =>
        (section?.Children ?? []).ToDictionary(static p => p.Title.TrimStart('-'), static p => p.Text(), StringComparer.Ordinal);

    private static Section Require(Section page, string name) =>
        page.Find(name) ?? throw new PageException($"The section '{name}' is missing.");

    private static Example ReadExample(Section section)
    {
        var code = section.Blocks.OfType<FencedCodeBlock>().FirstOrDefault(static b => b.Info == "powershell")
            ?? throw new PageException($"The example '{section.Title}' has no code block of type powershell.");
        var remarks = PlainText.Paragraphs(section.Blocks.Where(b => b != code));
        if (remarks.Count == 0) throw new PageException($"The example '{section.Title}' has no remarks.");
        return new Example(section.Title, code.Lines.ToString(), remarks);
    }
}
