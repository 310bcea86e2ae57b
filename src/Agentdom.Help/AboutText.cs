using System.Text;

namespace Agentdom.Help;

/// <summary>Writes an about_ page as a text file for Get-Help.</summary>
internal static class AboutText
{
    private const int Width = 80;
    private const string Indent = "    ";

    internal static string Write(Section page)
    {
        var text = new StringBuilder();
        // Get-Help shows the fifth line of the file as the summary in its list of topics.
        text.Append("TOPIC\n").Append(Indent).Append(page.Title).Append("\n\nSHORT DESCRIPTION\n");
        Append(text, page.Text().Take(1));
        text.Append("\nLONG DESCRIPTION\n");
        Append(text, page.Text().Skip(1));
        foreach (var section in page.Children) Append(text, section, section.Title.ToUpperInvariant());
        return text.ToString();
    }

    private static void Append(StringBuilder text, Section section, string title)
    {
        text.Append('\n').Append(title).Append('\n');
        Append(text, PlainText.Paragraphs(section.Blocks));
        foreach (var inner in section.Children) Append(text, inner, inner.Title);
    }

    private static void Append(StringBuilder text, IEnumerable<string> paragraphs)
    {
        string? previous = null;
        foreach (var paragraph in paragraphs)
        {
            var isInList = IsBullet(paragraph) && previous is not null && IsBullet(previous);
            if (previous is not null && !isInList) text.Append('\n');
            foreach (var line in Lines(paragraph)) text.Append((Indent + line).TrimEnd()).Append('\n');
            previous = paragraph;
        }
    }

    private static IEnumerable<string> Lines(string paragraph)
    {
        if (paragraph.StartsWith(PlainText.CodeIndent, StringComparison.Ordinal)) return paragraph.Split('\n');
        var hanging = IsBullet(paragraph) ? new string(' ', PlainText.Bullet.Length) : "";
        var lines = new List<string>();
        var line = "";
        foreach (var word in paragraph.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && Indent.Length + line.Length + 1 + word.Length > Width)
            {
                lines.Add(line);
                line = hanging + word;
            }
            else line += line.Length == 0 || line == hanging ? word : " " + word;
        }
        lines.Add(line);
        return lines;
    }

    private static bool IsBullet(string paragraph) => paragraph.StartsWith(PlainText.Bullet, StringComparison.Ordinal);
}
