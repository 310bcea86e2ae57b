using Agentdom.Tests.Support;

namespace Agentdom.Tests.Architecture;

/// <summary>The tables of docs/architecture.md, one for each assembly: folder, what it holds, which folders it needs.</summary>
internal static class ArchitecturePage
{
    /// <summary>Each row as <c>folder: needed, needed</c>.</summary>
    internal static IEnumerable<string> FoldersOf(string assembly) =>
        from line in File.ReadLines(Path.Combine(TestPaths.RepositoryRoot, "docs", "architecture.md"))
            .SkipWhile(line => line != $"### {assembly}").Skip(1)
            .TakeWhile(static line => !line.StartsWith('#'))
        where line.StartsWith("| `", StringComparison.Ordinal)
        let cells = line.Split('|', StringSplitOptions.TrimEntries)
        select $"{cells[1].Trim('`')}: {cells[3].Replace("`", "", StringComparison.Ordinal).Replace("–", "", StringComparison.Ordinal)}";
}
