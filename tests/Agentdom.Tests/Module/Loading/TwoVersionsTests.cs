using Agentdom.Tests.Support;

namespace Agentdom.Tests.Module;

/// <summary>A process keeps the first version of the module that it loads. Importing another one must say so.</summary>
[Collection(PowerShellCollection.Name)]
public sealed class TwoVersionsTests : IDisposable
{
    private readonly string _folder = TestPaths.NewFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AnotherVersionIsRefusedWithTheOneThatIsLoaded(bool isGone)
    {
        Assert.SkipWhen(isGone && OperatingSystem.IsWindows(), "Loaded files cannot be deleted there.");
        var (first, version) = Copy("first", null);
        var (second, _) = Copy("second", "99.1.0");

        var output = await ImportAsync(first, second, isGone);

        var said = output[0];
        Assert.Contains($"Agentdom {version} from {first} is loaded", said);
        Assert.Contains("99.1.0", said);
        Assert.Contains("new PowerShell session", said);
        string[] left = isGone ? [] : [version];
        Assert.Equal(left, output[1..]);
    }

    [Fact]
    public async Task TheSameVersionIsRefusedIfTheLoadedFilesAreGone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Loaded files cannot be deleted there.");
        var (first, _) = Copy("first", null);
        var (second, _) = Copy("second", null);

        Assert.Contains($"from {first} is loaded", (await ImportAsync(first, second, isGone: true))[0]);
    }

    [Fact]
    public async Task TheSameVersionFromAnotherFolderIsTaken()
    {
        var (first, version) = Copy("first", null);
        var (second, _) = Copy("second", null);

        Assert.Equal([version, version], (await ImportAsync(first, second, isGone: false)).Order());
    }

    // Removed from the session before its files are deleted, because PowerShell itself fails at any import of a module with
    // views while those of another imported module are gone. The assembly stays loaded.
    private static async Task<string[]> ImportAsync(string first, string second, bool isGone)
    {
        var result = await ChildEngine.RunBareAsync($$"""
            Import-Module '{{first}}/Agentdom.psd1'
            {{(isGone ? $"Remove-Module Agentdom; [IO.Directory]::Delete('{first}', $true)" : "")}}
            try { Import-Module '{{second}}/Agentdom.psd1' } catch { "$_" }
            Get-Module Agentdom | ForEach-Object { "$($_.Version)" }
            """);
        return result.Output;
    }

    private (string Path, string Version) Copy(string name, string? version)
    {
        var source = Path.GetDirectoryName(TestPaths.ModuleManifest)!;
        var target = Path.Combine(_folder, name);
        foreach (var file in Directory.GetFiles(source, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
        var manifest = Path.Combine(target, "Agentdom.psd1");
        var text = File.ReadAllText(manifest);
        var own = text.Split("ModuleVersion")[1].Split('\'')[1];
        if (version is not null) File.WriteAllText(manifest, text.Replace($"'{own}'", $"'{version}'"));
        return (target, version ?? own);
    }
}
