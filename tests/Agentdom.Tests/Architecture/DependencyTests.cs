using Agentdom.Tests.Support;

namespace Agentdom.Tests.Architecture;

/// <summary>What docs/architecture.md draws, held against what was compiled.</summary>
public sealed class DependencyTests
{
    public static TheoryData<string, string, string[]> Assemblies => new()
    {
        { "Agentdom.Protocol", "net8.0", [] },
        { "Agentdom.Client", "net8.0", ["Agentdom.Protocol"] },
        { "Agentdom.Issuer", "net8.0", ["Agentdom.Protocol"] },
        { "Agentdom", "", ["Agentdom.Client", "Agentdom.Issuer", "Agentdom.Protocol"] },
        { "Agentdom.AspNetCore", "net10.0", ["Agentdom.Issuer", "Agentdom.Protocol"] },
        { "Agentdom.AspNetCore.Sqlite", "net10.0", ["Agentdom.AspNetCore", "Agentdom.Issuer"] },
        { "Agentdom.AspNetCore.Redis", "net10.0", ["Agentdom.AspNetCore", "Agentdom.Issuer"] },
        { "Agentdom.Extensions.Http", "net8.0", ["Agentdom.Client", "Agentdom.Protocol"] },
    };

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void AnAssemblyRefersToTheseAndNoOthers(string name, string framework, string[] expected)
    {
        using var types = new CompiledTypes(CompiledTypes.PathOf(name, framework));

        Assert.Equal(expected, types.References.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void ATypeIsInTheFileOfItsName(string name, string framework, string[] references)
    {
        _ = references;
        using var types = new CompiledTypes(CompiledTypes.PathOf(name, framework));
        var folders = new SourceFolders(name);

        Assert.Empty(types.Written.Where(type => folders.Find(type) is null).Select(static type => type.FullName));
    }

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void NoTwoFoldersNeedEachOther(string name, string framework, string[] references)
    {
        _ = references;
        var arrows = Arrows(name, framework);

        var loop = arrows.Where(arrow => CanReach(arrows, arrow.To, arrow.From)).ToList();

        Assert.True(loop.Count == 0, "These folders need each other:\n" + string.Join('\n', loop.Order()));
    }

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void ThePageSaysWhatEachFolderNeeds(string name, string framework, string[] references)
    {
        _ = references;
        var arrows = Arrows(name, framework);
        var compiled = new SourceFolders(name).All.Select(folder =>
            $"{folder}: {string.Join(", ", arrows.Where(a => a.From == folder).Select(static a => a.To).Order(StringComparer.Ordinal))}");

        var wrong = compiled.Except(ArchitecturePage.FoldersOf(name)).Select(static row => $"compiled: {row}")
            .Concat(ArchitecturePage.FoldersOf(name).Except(compiled).Select(static row => $"on the page: {row}"));
        Assert.True(!wrong.Any(), string.Join('\n', wrong));
    }

    /// <summary>One folder needs another, and one member of many that show it.</summary>
    private sealed record Arrow(string From, string To, string Member) : IComparable<Arrow>
    {
        public int CompareTo(Arrow? other) => string.CompareOrdinal(ToString(), other?.ToString());

        public override string ToString() => $"{From} -> {To}, since {Member}";
    }

    private static List<Arrow> Arrows(string name, string framework)
    {
        using var types = new CompiledTypes(CompiledTypes.PathOf(name, framework));
        var folders = new SourceFolders(name);
        return [.. types.Uses()
            .Select(use => new Arrow(folders.Find(use.User) ?? "?", folders.Find(use.Used) ?? "?", $"{use.Member} uses {use.Used.Name}"))
            .Where(static arrow => arrow.From != arrow.To)
            .Order()
            .DistinctBy(static arrow => (arrow.From, arrow.To))];
    }

    private static bool CanReach(List<Arrow> arrows, string from, string to)
    {
        HashSet<string> seen = [from];
        Stack<string> open = new([from]);
        while (open.TryPop(out var folder))
            foreach (var next in arrows.Where(a => a.From == folder).Select(static a => a.To).Where(seen.Add)) open.Push(next);
        return seen.Contains(to);
    }
}
