using Markdig;
using Markdig.Syntax;

namespace Agentdom.Help;

/// <summary>A heading of a page, what stands below it, and the headings one level deeper.</summary>
internal sealed class Section(string title)
{
    private static readonly MarkdownPipeline s_pipeline = new MarkdownPipelineBuilder().UsePipeTables().Build();

    internal string Title => title;

    internal List<Block> Blocks { get; } = [];

    internal List<Section> Children { get; } = [];

    /// <summary>The page as one section with its title. Headings go three levels deep.</summary>
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

    /// <summary>The words below the heading itself, paragraph by paragraph.</summary>
    internal IReadOnlyList<string> Text() => PlainText.Paragraphs(Blocks) is { Count: > 0 } text
        ? text
        : throw new PageException($"There is nothing below '{title}'.");

    /// <summary>The section of that name one level deeper, or null.</summary>
    internal Section? Find(string name) => Children.Find(c => c.Title == name);
}
