using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace Agentdom.Tests.Support;

/// <summary>Follows docs/provider.md block by block. The commands run unchanged, except for the port.</summary>
internal sealed partial class ProviderPage(Workshop workshop) : IDisposable
{
    private const string PortOnThePage = "5001";
    private const string ChangeFolder = "cd ";

    private static readonly Dictionary<string, string> s_files = new() { ["csharp"] = "Program.cs", ["xml"] = "nuget.config" };

    private readonly string _port = $"{FreePort.Find()}";
    private readonly StringBuilder _log = new();
    private Process? _app;
    private string _folder = workshop.Folder;

    /// <summary>The app's log so far.</summary>
    internal string Log
    {
        get { lock (_log) return _log.ToString(); }
    }

    /// <summary>Follows the whole page.</summary>
    /// <returns>The output of each block of commands, in order.</returns>
    internal async Task<IReadOnlyList<string>> FollowAsync()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(TestPaths.RepositoryRoot, "docs", "provider.md"));
        var said = new List<string>();
        foreach (Match block in Block().Matches(page))
        {
            var text = block.Groups["text"].Value.Replace(PortOnThePage, _port, StringComparison.Ordinal).Trim();
            if (s_files.TryGetValue(block.Groups["language"].Value, out var file))
                await File.WriteAllTextAsync(Path.Combine(_folder, file), text);
            else if (text.StartsWith("dotnet run", StringComparison.Ordinal))
                await StartAsync(text.Split(' '));
            else
                said.Add(await RunAsync(text));
        }
        return said;
    }

    public void Dispose()
    {
        if (_app is null) return;
        _app.Kill(entireProcessTree: true);
        _app.WaitForExit();
        _app.Dispose();
    }

    private async Task<string> RunAsync(string text)
    {
        var said = "";
        var lines = new List<string>();
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!line.StartsWith(ChangeFolder, StringComparison.Ordinal))
            {
                lines.Add(line);
                continue;
            }
            // The embedded engine has no cd.
            said += await RunLinesAsync(lines);
            _folder = Path.Combine(_folder, line[ChangeFolder.Length..]);
            lines.Clear();
        }
        return said + await RunLinesAsync(lines);
    }

    private Task<string> RunLinesAsync(IEnumerable<string> lines)
    {
        // As at a prompt, the output of each line is shown separately.
        var shown = lines.Select(static line => $". {{ {line} }} | Out-Default");
        var script = $"""
            $ErrorActionPreference = 'Stop'; $PSNativeCommandUseErrorActionPreference = $true
            {string.Join('\n', shown)}
            """;
        return workshop.RunAsync(_folder, "dotnet", TestPaths.Pwsh, "-NoProfile", "-NonInteractive", "-Command", script);
    }

    private async Task StartAsync(string[] words)
    {
        var listening = new TaskCompletionSource();
        _app = Process.Start(workshop.Command(_folder, words[0], words[1..]))!;
        void Keep(object sender, DataReceivedEventArgs e)
        {
            lock (_log) _log.AppendLine(e.Data);
            if (e.Data?.Contains("Application started", StringComparison.Ordinal) == true) listening.TrySetResult();
        }
        // Waits for the exit, not for the end of the output: build servers that it started keep the pipe open.
        _app.Exited += (_, _) => listening.TrySetException(new InvalidOperationException($"The app ended:\n{Log}"));
        _app.EnableRaisingEvents = true;
        _app.OutputDataReceived += Keep;
        _app.ErrorDataReceived += (_, e) => { lock (_log) _log.AppendLine(e.Data); };
        _app.BeginOutputReadLine();
        _app.BeginErrorReadLine();
        await listening.Task;
    }

    [GeneratedRegex(@"^```(?<language>powershell|csharp|xml)\r?\n(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
