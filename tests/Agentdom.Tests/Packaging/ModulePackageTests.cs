using System.Collections;
using System.Management.Automation.Language;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Packaging;

/// <summary>The module package: <c>out/Agentdom</c>, as <c>Publish-PSResource</c> publishes it.</summary>
public sealed class ModulePackageTests(ITestOutputHelper output)
{
    private const int MegaByte = 1024 * 1024;

    private static readonly string s_folder = Path.GetDirectoryName(TestPaths.ModuleManifest)!;

    // The files outside bin/. What belongs into bin/ follows from the dependencies.
    private static readonly string[] s_files =
    [
        "Agentdom.Extension/Agentdom.Extension.psm1",
        "Agentdom.Format.ps1xml",
        "Agentdom.dll",
        "Agentdom.psd1",
        "LICENSE",
        "en-US/Agentdom.dll-Help.xml",
        "en-US/about_Agentdom.help.txt",
        "en-US/about_Agentdom_Refresh.help.txt",
        "en-US/about_Agentdom_Vaults.help.txt",
    ];

    [Fact]
    public void ItHoldsTheseFilesAndNoOthers() =>
        Assert.Equal(s_files, Files().Except(FilesBelow("bin/")));

    [Theory]
    [InlineData("net8.0")]
    [InlineData("netstandard2.0")]
    public void EachAssemblyBelowBinIsOneThatTheLibrariesLeadTo(string framework)
    {
        var folder = Path.Combine(s_folder, "bin", framework);
        var needed = new SortedSet<string>(StringComparer.Ordinal);
        Follow("Agentdom.Client");
        Follow("Agentdom.Issuer");

        Assert.Equal(needed.Select(name => $"bin/{framework}/{name}"), FilesBelow($"bin/{framework}/"));

        void Follow(string name)
        {
            // Missing assemblies are part of the runtime.
            var path = Path.Combine(folder, name + ".dll");
            if (!File.Exists(path) || !needed.Add(name + ".dll")) return;
            using var image = new PEReader(File.OpenRead(path));
            var metadata = image.GetMetadataReader();
            foreach (var handle in metadata.AssemblyReferences) Follow(metadata.GetString(metadata.GetAssemblyReference(handle).Name));
        }
    }

    [Fact]
    public void NothingElseLiesBelowBin() =>
        Assert.All(FilesBelow("bin/"), static f => Assert.Matches(@"^bin/(net8\.0|netstandard2\.0)/[^/]+\.dll$", f));

    [Fact]
    public void ItStaysSmall()
    {
        var bytes = Files().Sum(static f => new FileInfo(Path.Combine(s_folder, f)).Length);
        output.WriteLine($"The module takes {bytes / 1024.0 / 1024.0:0.0} MB on disk.");
        Assert.InRange(bytes, 1, 14 * MegaByte);
    }

    [Fact]
    public void ItsManifestIsTheRepositorysWithTheChangelogsNewestSection()
    {
        var source = File.ReadAllText(Path.Combine(TestPaths.RepositoryRoot, "Agentdom.psd1"));
        var changelog = File.ReadAllText(Path.Combine(TestPaths.RepositoryRoot, "CHANGELOG.md")).ReplaceLineEndings("\n");
        var newest = Regex.Split(changelog, "(?m)^(?=## )")[1].Trim();

        // Windows PowerShell reads a manifest in the machine's code page, and treats typographic quotes as quotes.
        Assert.True(System.Text.Ascii.IsValid(newest), "The changelog's newest section is not plain ASCII.");
        Assert.Equal(newest, Notes(TestPaths.ModuleManifest).ReplaceLineEndings("\n"));
        Assert.StartsWith($"## [{Regex.Match(source, "ModuleVersion\\s*=\\s*'(.+)'").Groups[1].Value}]", newest);
        Assert.Equal(source.ReplaceLineEndings("\n").Trim(),
            File.ReadAllText(TestPaths.ModuleManifest).ReplaceLineEndings("\n").Trim().Replace(newest.Replace("'", "''"), ""));
    }

    private static string Notes(string manifest)
    {
        var syntax = Parser.ParseFile(manifest, out _, out var errors);
        Assert.Empty(errors);
        // As PowerShell reads a manifest, which must not contain code.
        var values = (Hashtable)syntax.Find(static a => a is HashtableAst, searchNestedScriptBlocks: false).SafeGetValue();
        var data = (Hashtable)((Hashtable)values["PrivateData"]!)["PSData"]!;
        return (string)data["ReleaseNotes"]!;
    }

    private static IEnumerable<string> FilesBelow(string folder) => Files().Where(f => f.StartsWith(folder, StringComparison.Ordinal));

    private static IEnumerable<string> Files() => Directory.GetFiles(s_folder, "*", SearchOption.AllDirectories)
        .Select(static f => Path.GetRelativePath(s_folder, f).Replace('\\', '/')).Order(StringComparer.Ordinal);
}
