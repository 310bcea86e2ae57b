using System.Diagnostics;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Pipelines;

/// <summary>A folder that has the module as a package, for all tests of a run.</summary>
internal static class ModuleFeed
{
    private static readonly Lazy<string> s_folder = new(Publish);

    internal static string Folder => s_folder.Value;

    private static string Publish()
    {
        var folder = TestPaths.NewFolder();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        var feed = Directory.CreateDirectory(Path.Combine(folder, "feed")).FullName;
        var start = new ProcessStartInfo("dotnet", [TestPaths.Pwsh, "-NoProfile", "-NonInteractive", "-Command", $$"""
            $ErrorActionPreference = 'Stop'
            $repository = "published-$([guid]::NewGuid())"
            Register-PSResourceRepository $repository -Uri '{{feed}}'
            try { Publish-PSResource '{{Path.GetDirectoryName(TestPaths.ModuleManifest)}}' -Repository $repository }
            finally { Unregister-PSResourceRepository $repository }
            """]) { RedirectStandardError = true };
        start.Environment["HOME"] = folder;
        foreach (var name in new[] { "XDG_DATA_HOME", "PSModulePath" }) start.Environment[name] = null;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors);
        return feed;
    }
}
