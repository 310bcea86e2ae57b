using Markdig.Syntax;

namespace Agentdom.Help;

/// <summary>An example: what it shows, what to run, and what to know of it.</summary>
internal sealed record Example(string Title, string Code, IReadOnlyList<string> Remarks);

/// <summary>The words of a cmdlet's page. What the cmdlet itself tells (types, positions, defaults) is not among them.</summary>
internal sealed class CommandPage
{
    private const int FewestExamples = 2;

    private static readonly string[] s_sections = ["Description", "Parameters", "Output", "Examples", "Errors", "See also"];

    private CommandPage(Section page)
    {
        if (page.Children.Find(s => !s_sections.Contains(s.Title)) is { } unknown)
            throw new PageException($"There is no section '{unknown.Title}' in a cmdlet's page.");
        Synopsis = page.Text() is [var line] ? line : throw new PageException("The synopsis is one paragraph below the title.");
        Description = Require(page, "Description").Text();
        Parameters = (page.Find("Parameters")?.Children ?? [])
            .ToDictionary(static p => p.Title.TrimStart('-'), static p => p.Text(), StringComparer.Ordinal);
        Output = Require(page, "Output").Text();
        Examples = [.. Require(page, "Examples").Children.Select(ReadExample)];
        if (Examples.Count < FewestExamples) throw new PageException($"A page has {FewestExamples} examples at least.");
        Errors = Require(page, "Errors").Text();
        SeeAlso = [.. Require(page, "See also").Text().Select(static link => link[PlainText.Bullet.Length..])];
    }

    internal string Synopsis { get; }

    internal IReadOnlyList<string> Description { get; }

    /// <summary>By the parameter's name, in the page's order.</summary>
    internal IReadOnlyDictionary<string, IReadOnlyList<string>> Parameters { get; }

    internal IReadOnlyList<string> Output { get; }

    internal IReadOnlyList<Example> Examples { get; }

    internal IReadOnlyList<string> Errors { get; }

    internal IReadOnlyList<string> SeeAlso { get; }

    /// <summary>Reads a page and checks that it is about all of a cmdlet and nothing else.</summary>
    /// <exception cref="PageException">It is not.</exception>
    internal static CommandPage Read(string path, CmdletHelp command)
    {
        if (!File.Exists(path)) throw new PageException($"There is no page for {command.Name}.");
        var page = new CommandPage(Section.Read(path));
        var known = command.Parameters.Where(static p => p.StandardText is null).Select(static p => p.Name).ToArray();
        if (known.Except(page.Parameters.Keys, StringComparer.Ordinal).ToArray() is { Length: > 0 } missing)
            throw new PageException($"The page says nothing of -{string.Join(", -", missing)}.");
        if (page.Parameters.Keys.Except(known, StringComparer.Ordinal).ToArray() is { Length: > 0 } unknown)
            throw new PageException($"{command.Name} has no -{string.Join(", -", unknown)}.");
        return page;
    }

    private static Section Require(Section page, string name) =>
        page.Find(name) ?? throw new PageException($"The section '{name}' is missing.");

    private static Example ReadExample(Section section)
    {
        var code = section.Blocks.OfType<FencedCodeBlock>().FirstOrDefault(static b => b.Info == "powershell")
            ?? throw new PageException($"The example '{section.Title}' has no block of powershell.");
        var remarks = PlainText.Paragraphs(section.Blocks.Where(b => b != code));
        if (remarks.Count == 0) throw new PageException($"The example '{section.Title}' says nothing of what it does.");
        return new Example(section.Title, code.Lines.ToString(), remarks);
    }
}
