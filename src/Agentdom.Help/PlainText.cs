using Markdig.Extensions.Tables;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Agentdom.Help;

/// <summary>Markdown as a terminal shows it.</summary>
internal static class PlainText
{
    /// <summary>What the lines of a block of code begin with.</summary>
    internal const string CodeIndent = "    ";

    /// <summary>What an entry of a list begins with.</summary>
    internal const string Bullet = "- ";

    internal static IReadOnlyList<string> Paragraphs(IEnumerable<Block> blocks) => [.. blocks.SelectMany(OfBlock)];

    internal static string Of(ContainerInline? inlines) => string.Concat((inlines ?? []).Select(Of));

    private static IEnumerable<string> OfBlock(Block block) => block switch
    {
        ParagraphBlock paragraph => [Of(paragraph.Inline)],
        FencedCodeBlock code => [string.Join('\n', code.Lines.ToString().Split('\n').Select(static l => (CodeIndent + l).TrimEnd()))],
        ListBlock list => list.Select(static item => Bullet + string.Join(' ', Paragraphs((ListItemBlock)item))),
        // The first row has the columns' names.
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
        // Links between pages: a terminal can only show their names.
        ContainerInline container => Of(container),
        _ => throw new PageException($"Help cannot show a {inline.GetType().Name} (line {inline.Line + 1})."),
    };
}
