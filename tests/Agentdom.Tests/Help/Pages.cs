using System.Diagnostics;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Help;

/// <summary>A copy of the help pages that a test may break, and the tool that the build runs on them.</summary>
internal sealed class Pages : IDisposable
{
    private readonly string _folder = TestPaths.NewFolder();

    internal Pages()
    {
        foreach (var page in Directory.EnumerateFiles(Folder, "*.md")) File.Copy(page, Copy(Path.GetFileName(page)));
    }

    /// <summary>The folder of the repository's pages.</summary>
    internal static string Folder { get; } = Path.Combine(TestPaths.RepositoryRoot, "docs", "en-US");

    /// <summary>The path of a page among the copies.</summary>
    internal string Copy(string name) => Path.Combine(_folder, name);

    /// <summary>Converts the copies to help files.</summary>
    internal (int ExitCode, string Errors, string Output) Convert()
    {
        var output = Path.Combine(_folder, "output");
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList = { TestPaths.HelpTool, _folder, TestPaths.CmdletAssembly, output },
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, errors, output);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
