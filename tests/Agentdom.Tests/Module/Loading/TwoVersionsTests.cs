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

        AssertRefused(await ImportAsync(first, second, isGone), version, first);
    }

    [Fact]
    public async Task TheSameVersionIsRefusedIfTheLoadedFilesAreGone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Loaded files cannot be deleted there.");
        var (first, version) = Copy("first", null);
        var (second, _) = Copy("second", null);

        AssertRefused(await ImportAsync(first, second, isGone: true), version, first);
    }

    [Fact]
    public async Task TheSameVersionFromAnotherFolderIsTaken()
    {
        var output = await ImportAsync(Copy("first", null).Path, Copy("second", null).Path, isGone: false);

        Assert.All(output, static line => Assert.DoesNotContain("AtpOtherVersionLoaded", line));
        Assert.Contains("Get-AgentId: works", output);
    }

    // Every cmdlet, since a field of a library's type would prevent that it is created.
    private static void AssertRefused(string[] output, string version, string first) => Assert.All(output, line =>
    {
        Assert.Contains(": AtpOtherVersionLoaded,", line);
        Assert.Contains($"already loaded version {version} from {first}", line);
        Assert.Contains("new PowerShell session", line);
    });

    // Removed from the session before its files are deleted, because PowerShell itself fails at any import of a module with
    // views while those of another imported module are gone. The assembly stays loaded.
    private static async Task<string[]> ImportAsync(string first, string second, bool isGone)
    {
        var result = await ChildEngine.RunBareAsync($$"""
            Import-Module '{{first}}/Agentdom.psd1'
            {{(isGone ? $"Remove-Module Agentdom; [IO.Directory]::Delete('{first}', $true)" : "")}}
            Import-Module '{{second}}/Agentdom.psd1'
            $given = @{ HostName = '127.0.0.1:1'; Scope = 'a'; Body = @{ a = 1 }; Signature = 'x'; Token = [securestring]::new()
                Secret = [securestring]::new(); EntryName = 'x'; TimeoutSec = 5; WhatIf = $true; All = $true
                Uri = 'http://127.0.0.1:1/'; RequestIfMissing = $true }
            foreach ($command in Get-Command -Module Agentdom -CommandType Cmdlet) {
                $those = @{}
                $set = @($command.ParameterSets)[-1].Parameters | Where-Object { $_.IsMandatory -or $_.Name -eq 'WhatIf' }
                foreach ($parameter in $set) { $those[$parameter.Name] = $given[$parameter.Name] }
                try {
                    $null = & $command @those -ErrorAction Stop 3>&1
                    "$($command.Name): works"
                }
                catch { "$($command.Name): $($_.FullyQualifiedErrorId): $_" }
            }
            """);
        Assert.True(result.Output.Length >= 18, $"{string.Join('\n', result.Output)}\n{result.Errors}");
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
