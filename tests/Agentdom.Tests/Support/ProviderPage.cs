using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace Agentdom.Tests.Support;

/// <summary>
/// Follows docs/provider.md block by block. The commands run unchanged, except for the port. Windows and macOS ask in a dialog whether to
/// trust a certificate, so there the app runs with http, which the page describes too.
/// </summary>
internal sealed partial class ProviderPage(Workshop workshop) : IDisposable
{
    private const string PortOnThePage = "7001";
    private const string ChangeFolder = "cd ";
    private const string StopTheApp = "Ctrl+C";
    private const string TrustCertificate = "dotnet dev-certs https --trust";

    private static readonly bool s_canTrust = OperatingSystem.IsLinux();

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
        var read = 0;
        foreach (Match block in Block().Matches(page))
        {
            var before = page[read..block.Index];
            read = block.Index + block.Length;
            if (before.Contains(StopTheApp, StringComparison.Ordinal)) Stop();
            var text = block.Groups["text"].Value.Replace(PortOnThePage, _port, StringComparison.Ordinal).Trim();
            if (!s_canTrust) text = text.Replace("https://localhost", "http://localhost", StringComparison.Ordinal);
            var language = block.Groups["language"].Value;
            if (language is "csharp" or "xml")
                await File.WriteAllTextAsync(Path.Combine(_folder, FileName().Matches(before)[^1].Groups["name"].Value), text);
            else if (language is "sh")
                Export(text);
            else if (text == TrustCertificate && !s_canTrust)
                continue;
            else if (text.StartsWith("dotnet run", StringComparison.Ordinal))
                await StartAsync(text.Split(' '));
            else
                said.Add(await RunAsync(text));
        }
        return said;
    }

    public void Dispose() => Stop();

    private void Stop()
    {
        if (_app is null) return;
        _app.Kill(entireProcessTree: true);
        _app.WaitForExit();
        _app.Dispose();
        _app = null;
    }

    private void Export(string text)
    {
        var export = Assignment().Match(text);
        workshop.Environment[export.Groups["name"].Value] =
            export.Groups["value"].Value.Replace("$HOME", workshop.Home, StringComparison.Ordinal);
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
            // Each block of the page runs in a process of its own, so the folder is kept here.
            said += await RunLinesAsync(lines);
            _folder = Path.GetFullPath(line[ChangeFolder.Length..], _folder);
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

    // The file of a block is the last one that the text before it names.
    [GeneratedRegex(@"`(?<name>[\w.]+\.(cs|config))`")]
    private static partial Regex FileName();

    [GeneratedRegex(@"^export (?<name>\w+)=""(?<value>[^""]+)""$")]
    private static partial Regex Assignment();

    [GeneratedRegex(@"^```(?<language>powershell|csharp|xml|sh)\r?\n(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
