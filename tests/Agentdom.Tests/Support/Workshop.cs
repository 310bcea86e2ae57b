using System.Diagnostics;

namespace Agentdom.Tests.Support;

/// <summary>
/// A folder for an app that uses the packed libraries and nothing else of this repository. Packages, secrets and settings are
/// below it. The libraries' dependencies come from the packages that this repository was built with.
/// </summary>
internal sealed class Workshop : IDisposable
{
    private static readonly Lazy<Task<string>> s_packages = new(PackAsync);

    private Workshop(string folder) => Folder = folder;

    internal string Folder { get; }

    internal string Home => Path.Combine(Folder, "home");

    /// <summary>Further environment variables of the programs.</summary>
    internal Dictionary<string, string> Environment { get; } = [];

    internal string RestoredPackages => Path.Combine(Folder, "restored");

    /// <summary>The folder of the packages from <c>dotnet pack</c>, which runs once for all tests.</summary>
    internal static Task<string> PackagesAsync() => s_packages.Value;

    internal static async Task<Workshop> OpenAsync()
    {
        var workshop = new Workshop(TestPaths.NewFolder());
        // The path that they have in a clone next to the app.
        var packages = Directory.CreateDirectory(Path.Combine(workshop.Folder, "agentdom", "out", "packages")).FullName;
        foreach (var file in Directory.GetFiles(await PackagesAsync())) File.Copy(file, Path.Combine(packages, Path.GetFileName(file)));
        var built = System.Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(System.Environment.GetFolderPath(System.Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        // Packages with these names from other sources must not be used.
        await File.WriteAllTextAsync(Path.Combine(workshop.Folder, "nuget.config"),
            $"""
            <configuration>
              <packageSources>
                <clear />
                <add key="nuget" value="https://api.nuget.org/v3/index.json" />
                <add key="agentdom" value="{packages}" />
              </packageSources>
              <packageSourceMapping>
                <packageSource key="agentdom"><package pattern="Agentdom.*" /></packageSource>
                <packageSource key="nuget"><package pattern="*" /></packageSource>
              </packageSourceMapping>
              <fallbackPackageFolders>
                <clear />
                <add key="built" value="{built}" />
              </fallbackPackageFolders>
            </configuration>
            """);
        return workshop;
    }

    /// <summary>Runs a program that must succeed.</summary>
    /// <returns>Its output.</returns>
    internal async Task<string> RunAsync(string folder, string program, params string[] arguments)
    {
        using var process = Process.Start(Command(folder, program, arguments))!;
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var said = await process.StandardOutput.ReadToEndAsync() + await errors;
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{said}");
        return said;
    }

    internal ProcessStartInfo Command(string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var home = Directory.CreateDirectory(Home).FullName;
        foreach (var (name, value) in new (string, string?)[]
        {
            ("HOME", home), ("APPDATA", home), ("DOTNET_CLI_HOME", home), ("XDG_DATA_HOME", null), ("XDG_CONFIG_HOME", null),
            ("AGENTDOM_HOME", Path.Combine(home, "agentdom")), ("NUGET_PACKAGES", RestoredPackages), ("NuGetAudit", "false"),
            ("PSModulePath", Path.GetDirectoryName(Path.GetDirectoryName(TestPaths.ModuleManifest))),
            ("NO_COLOR", "1"), ("POWERSHELL_TELEMETRY_OPTOUT", "1"), ("DOTNET_CLI_TELEMETRY_OPTOUT", "1"), ("DOTNET_NOLOGO", "1"),
            ("DOTNET_GENERATE_ASPNET_CERTIFICATE", "false"), ("DOTNET_CLI_UI_LANGUAGE", "en"),
            // If these are set, secrets are written for the runner to mask them.
            ("GITHUB_ACTIONS", null), ("TF_BUILD", null),
            // No build server may keep running after the test.
            ("MSBUILDDISABLENODEREUSE", "1"), ("DOTNET_CLI_USE_MSBUILD_SERVER", "0"), ("UseSharedCompilation", "false"),
        })
        {
            start.Environment[name] = value;
        }
        foreach (var (name, value) in Environment) start.Environment[name] = value;
        return start;
    }

    /// <summary>Fails if an app got the libraries from somewhere else.</summary>
    internal void AssertRestoredHere(params string[] packages) =>
        Assert.All(packages, package => Assert.True(Directory.Exists(Path.Combine(RestoredPackages, package.ToLowerInvariant())),
            $"{package} was not restored from the packages made here. Is there one in the machine's NuGet cache?"));

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static async Task<string> PackAsync()
    {
        var folder = TestPaths.NewFolder();
        string[] libraries =
        [
            "Agentdom.Protocol", "Agentdom.Client", "Agentdom.Issuer", "Agentdom.AspNetCore", "Agentdom.AspNetCore.Sqlite",
            "Agentdom.AspNetCore.Redis", "Agentdom.AspNetCore.EntityFrameworkCore", "Agentdom.AspNetCore.OpenApi",
            "Agentdom.Extensions.Http",
        ];
        foreach (var library in libraries)
        {
            var project = Path.Combine(TestPaths.RepositoryRoot, "src", library);
            using var process = Process.Start(new ProcessStartInfo("dotnet",
                ["pack", project, "--no-build", "--configuration", TestPaths.Configuration, "--output", folder])
            {
                RedirectStandardOutput = true,
                Environment = { ["MSBUILDDISABLENODEREUSE"] = "1" },
            })!;
            var said = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            Assert.True(process.ExitCode == 0, $"dotnet pack {library} failed:\n{said}");
        }
        return folder;
    }
}
