using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace Agentdom.Fleet.Processes;

/// <summary>
/// A server in another process on a loopback port. Its output goes to a file. It can be killed, started again and suspended.
/// </summary>
internal sealed class ChildProcess : IDisposable
{
    private static readonly TimeSpan s_startLimit = TimeSpan.FromSeconds(60);

    private readonly string _log;
    private readonly string[] _command;
    private readonly IReadOnlyDictionary<string, string> _environment;
    private Process? _process;
    private TimeSpan _usedBefore;

    /// <param name="port">The port on which it listens.</param>
    /// <param name="log">The file for its output.</param>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="environment">Environment variables in addition to this process's.</param>
    internal ChildProcess(int port, string log, string[] command, IReadOnlyDictionary<string, string>? environment = null)
    {
        (Port, _log, _command, _environment) = (port, log, command, environment ?? new Dictionary<string, string>());
    }

    internal int Port { get; }

    internal string Address => $"127.0.0.1:{Port}";

    /// <summary>The processor time that it has used on all cores, also before it was killed.</summary>
    internal TimeSpan ProcessorTime => _usedBefore + Used();

    internal async Task StartAsync()
    {
        var start = new ProcessStartInfo("sh") { RedirectStandardInput = true };
        foreach (var word in (string[])["-c", "exec \"$@\" >>\"$0\" 2>&1", _log, .. _command]) start.ArgumentList.Add(word);
        foreach (var (name, value) in _environment) start.Environment[name] = value;
        _process = Process.Start(start)!;
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < s_startLimit; await Task.Delay(20))
        {
            if (_process.HasExited) throw new FleetFailedException($"A server exited before it listened: {File.ReadAllText(_log)}");
            if (await ListensAsync()) return;
        }
        throw new FleetFailedException($"A server did not listen in time: {string.Join(' ', _command)}");
    }

    /// <summary>Writes a line to its standard input.</summary>
    internal void Tell(string line)
    {
        _process?.StandardInput.WriteLine(line);
        _process?.StandardInput.Flush();
    }

    /// <summary>Kills it and its children, as <c>kill -9</c> does.</summary>
    internal void Kill()
    {
        if (_process is not { } process) return;
        _usedBefore += Used();
        _process = null;
        if (!process.HasExited) process.Kill(entireProcessTree: true);
        process.WaitForExit();
        process.Dispose();
    }

    /// <summary>Sends a signal to it and to its children.</summary>
    internal async Task SignalAsync(string signal)
    {
        if (_process is not { } process) throw new FleetFailedException($"A server that is down cannot be sent {signal}.");
        var id = process.Id.ToString(CultureInfo.InvariantCulture);
        using var kill = Process.Start("kill", [$"-{signal}", id]);
        await kill.WaitForExitAsync();
        using var children = Process.Start("pkill", [$"-{signal}", "-P", id]);
        await children.WaitForExitAsync();
        // pkill exits with 1 if there are no children.
        if (kill.ExitCode != 0 || children.ExitCode > 1) throw new FleetFailedException($"A server could not be sent {signal}.");
    }

    public void Dispose() => Kill();

    private TimeSpan Used() => _process is { HasExited: false } process
        ? Children(process.Id).Append(process.Id).Aggregate(TimeSpan.Zero, static (sum, id) => sum + TimeOf(id))
        : TimeSpan.Zero;

    private static IEnumerable<int> Children(int id)
    {
        var list = $"/proc/{id}/task/{id}/children";
        return File.Exists(list)
            ? File.ReadAllText(list).Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(static child => int.Parse(child, CultureInfo.InvariantCulture))
            : [];
    }

    private static TimeSpan TimeOf(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return process.TotalProcessorTime;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // It has exited meanwhile.
            return TimeSpan.Zero;
        }
    }

    private async Task<bool> ListensAsync()
    {
        using var probe = new TcpClient();
        try
        {
            await probe.ConnectAsync("127.0.0.1", Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
