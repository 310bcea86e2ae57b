using System.Diagnostics;
using System.Text.RegularExpressions;
using Agentdom.Tests.Support;
using Mono.Cecil;

namespace Agentdom.Tests.Samples;

/// <summary>Follows docs/publishing.md with a folder as the feed and with modules in a temporary home.</summary>
public sealed partial class PublishingPageTests : IDisposable
{
    private const string FeedOnThePage = "/srv/powershell";
    private const string Publish = "Publish-PSResource ./out/Agentdom -Repository agentdom\n";

    private static readonly Version s_next = new(99, 1, 0);

    private readonly string _folder = TestPaths.NewFolder();

    [GeneratedRegex("^```powershell\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block { get; }

    private static IEnumerable<string> Blocks => Block.Matches(
        File.ReadAllText(Path.Combine(TestPaths.RepositoryRoot, "docs", "publishing.md")).Replace("\r", "", StringComparison.Ordinal))
        .Select(static block => block.Groups[1].Value);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task ThePageLeadsFromTheBuildToAnUpdateAndBack()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "On Windows the user's module path cannot be changed.");
        var module = CopyTo(Path.Combine(_folder, "out", "Agentdom"));
        var current = await VersionAsync(module);
        // Without those for servers and for Windows PowerShell.
        var blocks = new Queue<string>(Blocks.Where(static block =>
            !block.Contains("https://", StringComparison.Ordinal) && !block.Contains("Register-PSRepository", StringComparison.Ordinal)));

        Assert.EndsWith(Publish, blocks.Peek());
        await RunAsync(blocks.Dequeue());
        Assert.Single(Directory.GetFiles(Feed, "*.nupkg"));

        Assert.Contains($"-Version {current}", blocks.Peek());
        await RunAsync(blocks.Dequeue());
        Assert.Equal([current], Installed());
        Assert.Contains("Id", await RunAsync(blocks.Dequeue()));

        SetVersion(module, current, s_next);
        Assert.Equal(Publish, blocks.Peek());
        await RunAsync(blocks.Dequeue());
        Assert.Equal(2, Directory.GetFiles(Feed, "*.nupkg").Length);

        Assert.StartsWith("Update-PSResource", blocks.Peek());
        await RunAsync(blocks.Dequeue());
        Assert.Equal([current, $"{s_next}"], Installed());
        await AssertWorksAsync($"{s_next}");

        Assert.StartsWith("Uninstall-PSResource", blocks.Peek());
        await RunAsync(blocks.Dequeue());
        Assert.Equal([$"{s_next}"], Installed());

        Assert.Contains("Save-PSResource", blocks.Peek());
        await RunAsync(blocks.Dequeue());
        Assert.Empty(blocks);
        await RunAsync("Uninstall-PSResource Agentdom");
        Assert.Empty(Installed());
        await AssertWorksAsync($"{s_next}", Path.Combine(_folder, "modules"));
    }

    [Fact]
    public async Task EveryCommandOfThePageHasTheParametersThatItIsGiven()
    {
        // Other feeds than a folder need a server, so their commands are only checked.
        var file = Path.Combine(_folder, "page.ps1");
        await File.WriteAllTextAsync(file, string.Join('\n', Blocks), TestContext.Current.CancellationToken);

        var said = await RunAsync($$"""
            $errors = $null
            $script = [Management.Automation.Language.Parser]::ParseFile('{{file}}', [ref] $null, [ref] $errors)
            $errors
            $commands = $script.FindAll({ $args[0] -is [Management.Automation.Language.CommandAst] }, $true)
            $checked = 0
            foreach ($command in $commands | Where-Object { $_.GetCommandName() -like '*-PSResource*' }) {
                $checked++
                $known = Get-Command $command.GetCommandName()
                $command.CommandElements.Where({ $_ -is [Management.Automation.Language.CommandParameterAst] }).ParameterName |
                    Where-Object { $_ -notin $known.Parameters.Keys } | ForEach-Object { "$($known.Name) has no -$_" }
            }
            "$checked checked"
            """);

        Assert.Matches(@"^\d\d checked\s*$", said);
    }

    private string Feed => Path.Combine(_folder, "feed");

    private string Modules => Path.Combine(_folder, ".local", "share", "powershell", "Modules", "Agentdom");

    private string[] Installed() => Directory.Exists(Modules)
        ? [.. Directory.GetDirectories(Modules).Select(static f => Path.GetFileName(f)).Order(StringComparer.Ordinal)]
        : [];

    private async Task AssertWorksAsync(string version, string? path = null) => Assert.Matches($@"^{Regex.Escape(version)} 43\s*$",
        await RunAsync("Import-Module Agentdom; \"$((Get-Module Agentdom).Version) $((New-AtpSecret -AsPlainText).Length)\"", path));

    private async Task<string> VersionAsync(string module) =>
        (await RunAsync($"(Import-PowerShellDataFile '{module}/Agentdom.psd1').ModuleVersion")).Trim();

    // As a build with another ModuleVersion would.
    private static void SetVersion(string module, string current, Version version)
    {
        var manifest = Path.Combine(module, "Agentdom.psd1");
        File.WriteAllText(manifest, File.ReadAllText(manifest).Replace($"'{current}'", $"'{version}'", StringComparison.Ordinal));
        var assembly = Path.Combine(module, "Agentdom.dll");
        using var definition = AssemblyDefinition.ReadAssembly(new MemoryStream(File.ReadAllBytes(assembly)));
        definition.Name.Version = new Version(version.Major, version.Minor, version.Build, 0);
        definition.Write(assembly);
    }

    private static string CopyTo(string target)
    {
        var source = Path.GetDirectoryName(TestPaths.ModuleManifest)!;
        foreach (var file in Directory.GetFiles(source, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
        return target;
    }

    // In a new session each time, because a session keeps the version that it has imported.
    private async Task<string> RunAsync(string block, string? modules = null)
    {
        var script = $"$ErrorActionPreference = 'Stop'\n{block.Replace(FeedOnThePage, Feed, StringComparison.Ordinal)}";
        var start = new ProcessStartInfo("dotnet", [TestPaths.Pwsh, "-NoProfile", "-NonInteractive", "-Command", script])
        {
            WorkingDirectory = _folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in new (string, string?)[]
        {
            ("HOME", _folder), ("XDG_DATA_HOME", null), ("AGENTDOM_HOME", Path.Combine(_folder, "agentdom")),
            ("PSModulePath", modules), ("NO_COLOR", "1"), ("POWERSHELL_TELEMETRY_OPTOUT", "1"),
        })
        {
            start.Environment[name] = value;
        }
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var said = await process.StandardOutput.ReadToEndAsync() + await errors;
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{block}\nended with {process.ExitCode}:\n{said}");
        return said;
    }
}
