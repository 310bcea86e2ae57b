using Markdig;
using Markdig.Syntax;

namespace Agentdom.Help;

/// <summary>A heading of a page with its content and its subheadings.</summary>
internal sealed class Section(string title)
{
    private static readonly MarkdownPipeline s_pipeline = new MarkdownPipelineBuilder().UsePipeTables().Build();

    internal string Title => title;

    internal List<Block> Blocks { get; } = [];

    internal List<Section> Children { get; } = [];

    /// <summary>
    /// Reads a page as one section. Its title must be the file name without the extension. Headings go three levels deep.
    /// </summary>
    /// <exception cref="PageException">The page is empty, or its title or headings are wrong.</exception>
    internal static Section Read(string path)
    {
        var open = new Stack<(int Level, Section Section)>();
        foreach (var block in Markdown.Parse(File.ReadAllText(path), s_pipeline))
        {
            if (block is not HeadingBlock heading)
            {
                if (open.Count == 0) throw new PageException("The page must begin with its title.");
                open.Peek().Section.Blocks.Add(block);
                continue;
            }
            var section = new Section(PlainText.Of(heading.Inline));
            while (open.Count > 0 && open.Peek().Level >= heading.Level) open.Pop();
            if (heading.Level != open.Count + 1 || heading.Level > 3)
                throw new PageException($"The heading '{section.Title}' has the wrong level.");
            if (open.Count > 0) open.Peek().Section.Children.Add(section);
            open.Push((heading.Level, section));
        }
        var title = open.LastOrDefault().Section ?? throw new PageException("The page is empty.");
        return title.Title == Path.GetFileNameWithoutExtension(path) ? title : throw new PageException($"The title is '{title.Title}'.");
    }

    /// <summary>The paragraphs between the heading and the first subheading.</summary>
    /// <exception cref="PageException">There are none.</exception>
    internal IReadOnlyList<string> Text() => PlainText.Paragraphs(Blocks) is { Count: > 0 } text
        ? text
        : throw new PageException($"There is nothing below '{title}'.");

    /// <summary>The direct subsection with that title, or null if there is none.</summary>
    internal Section? Find(string name) => Children.Find(c => c.Title == name);
}
