using Markdig.Extensions.Tables;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Agentdom.Help;

/// <summary>Converts Markdown to the text that a terminal shows.</summary>
internal static class PlainText
{
    /// <summary>The indent of each line of a code block.</summary>
    internal const string CodeIndent = "    ";

    /// <summary>The prefix of each list item.</summary>
    internal const string Bullet = "- ";

    internal static IReadOnlyList<string> Paragraphs(IEnumerable<Block> blocks) => [.. blocks.SelectMany(OfBlock)];

    internal static string Of(ContainerInline? inlines) => string.Concat((inlines ?? []).Select(Of));

    private static IEnumerable<string> OfBlock(Block block) => block switch
    {
        ParagraphBlock paragraph => [Of(paragraph.Inline)],
        FencedCodeBlock code => [string.Join('\n', code.Lines.ToString().Split('\n').Select(static l => (CodeIndent + l).TrimEnd()))],
        ListBlock list => list.Select(static item => Bullet + string.Join(' ', Paragraphs((ListItemBlock)item))),
        // The first row holds the column headings.
        Table table => table.Skip(1).Select(static row => Row((TableRow)row)),
        _ => throw new PageException($"Help cannot show a {block.GetType().Name} (line {block.Line + 1})."),
    };

    private static string Row(TableRow row)
    {
        var cells = row.Select(static cell => string.Join(' ', Paragraphs((TableCell)cell))).ToArray();
        return $"{cells[0]}: {string.Join(' ', cells.Skip(1))}";
    }

    private static string Of(Inline inline) => inline switch
    {
        LiteralInline literal => literal.Content.ToString(),
        CodeInline code => code.Content,
        LineBreakInline => " ",
        // A terminal cannot follow links between pages, so only their text is shown.
        ContainerInline container => Of(container),
        _ => throw new PageException($"Help cannot show a {inline.GetType().Name} (line {inline.Line + 1})."),
    };
}
