using Agentdom.Tests.Support;

namespace Agentdom.Tests.Architecture;

/// <summary>What docs/architecture.md draws, held against what was compiled.</summary>
public sealed class DependencyTests
{
    private static readonly Dictionary<string, (string Framework, string[] References)> s_assemblies = new()
    {
        ["Agentdom.Protocol"] = ("net8.0", []),
        ["Agentdom.Client"] = ("net8.0", ["Agentdom.Protocol"]),
        ["Agentdom.Issuer"] = ("net8.0", ["Agentdom.Protocol"]),
        ["Agentdom"] = ("", ["Agentdom.Client", "Agentdom.Issuer", "Agentdom.Protocol"]),
        ["Agentdom.AspNetCore"] = ("net10.0", ["Agentdom.Issuer", "Agentdom.Protocol"]),
        ["Agentdom.AspNetCore.OpenApi"] = ("net10.0", ["Agentdom.AspNetCore"]),
        ["Agentdom.AspNetCore.Sqlite"] = ("net10.0", ["Agentdom.AspNetCore", "Agentdom.Issuer"]),
        ["Agentdom.AspNetCore.Redis"] = ("net10.0", ["Agentdom.AspNetCore", "Agentdom.Issuer"]),
        ["Agentdom.AspNetCore.EntityFrameworkCore"] = ("net10.0", ["Agentdom.AspNetCore", "Agentdom.Issuer", "Agentdom.Protocol"]),
        ["Agentdom.Extensions.Http"] = ("net8.0", ["Agentdom.Client", "Agentdom.Protocol"]),
    };

    public static TheoryData<string> Assemblies => [.. s_assemblies.Keys];

    [Fact]
    public void EveryProjectIsTested() =>
        Assert.Equal(
            Directory.GetDirectories(Path.Combine(TestPaths.RepositoryRoot, "src")).Select(Path.GetFileName).Order(StringComparer.Ordinal),
            s_assemblies.Keys.Append("Agentdom.Help").Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void AnAssemblyRefersToTheseAndNoOthers(string assembly)
    {
        using var types = Read(assembly);

        Assert.Equal(s_assemblies[assembly].References, types.References.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void ATypeIsInTheFileOfItsName(string assembly)
    {
        using var types = Read(assembly);
        var folders = new SourceFolders(assembly);

        Assert.Empty(types.Written.Where(type => folders.Find(type) is null).Select(static type => type.FullName));
    }

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void NoTwoFoldersNeedEachOther(string assembly)
    {
        var arrows = Arrows(assembly);

        var loop = arrows.Where(arrow => CanReach(arrows, arrow.To, arrow.From)).ToList();

        Assert.True(loop.Count == 0, "These folders need each other:\n" + string.Join('\n', loop.Order()));
    }

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void ThePageSaysWhatEachFolderNeeds(string assembly)
    {
        var arrows = Arrows(assembly);
        var compiled = new SourceFolders(assembly).All.Select(folder =>
            $"{folder}: {string.Join(", ", arrows.Where(a => a.From == folder).Select(static a => a.To).Order(StringComparer.Ordinal))}");
        var written = ArchitecturePage.FoldersOf(assembly).ToList();

        var wrong = compiled.Except(written).Select(static row => $"compiled: {row}")
            .Concat(written.Except(compiled).Select(static row => $"on the page: {row}"));
        Assert.True(!wrong.Any(), string.Join('\n', wrong));
    }

    /// <summary>One folder needs another, and one member of many that show it.</summary>
    private sealed record Arrow(string From, string To, string Member) : IComparable<Arrow>
    {
        public int CompareTo(Arrow? other) => string.CompareOrdinal(ToString(), other?.ToString());

        public override string ToString() => $"{From} -> {To}, since {Member}";
    }

    private static CompiledTypes Read(string assembly) =>
        new(TestPaths.BuildOutput($"src/{assembly}", $"{assembly}.dll", s_assemblies[assembly].Framework));

    private static List<Arrow> Arrows(string assembly)
    {
        using var types = Read(assembly);
        var folders = new SourceFolders(assembly);
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
