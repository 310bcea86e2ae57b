using System.Globalization;
using Agentdom.Fleet.Processes;
using Agentdom.Fleet.Time;

namespace Agentdom.Fleet.Nodes;

/// <summary>A node of the issuer as seen from the program that started it.</summary>
internal sealed class IssuerNode : IDisposable
{
    private readonly ChildProcess _process;

    /// <param name="number">The number of the node.</param>
    /// <param name="folder">The folder for its log.</param>
    /// <param name="settings">The settings file, in a folder with nothing else, because the node watches that folder.</param>
    /// <param name="plan">The simulated time.</param>
    /// <param name="state">The settings that name the state. They go into the environment, because they can have a password.</param>
    internal IssuerNode(int number, string folder, string settings, ClockPlan plan, IReadOnlyDictionary<string, string> state)
    {
        var port = FreePort.Find();
        Name = $"node {number}";
        _process = new ChildProcess(port, Path.Combine(folder, $"node-{number}.log"),
        [
            "dotnet", typeof(IssuerNode).Assembly.Location, "node", $"--urls=http://127.0.0.1:{port}",
            $"--contentRoot={Path.GetDirectoryName(settings)}", $"--Settings={settings}", $"--Clock={plan}",
            "--Logging:LogLevel:Default=Warning", "--Logging:LogLevel:Microsoft.EntityFrameworkCore=None",
            "--Logging:LogLevel:Agentdom.Audit=Information", "--Logging:Console:FormatterOptions:SingleLine=true",
        ], state);
    }

    internal string Name { get; }

    internal string Address => _process.Address;

    internal Uri BaseAddress => new($"http://{_process.Address}");

    internal TimeSpan ProcessorTime => _process.ProcessorTime;

    internal Task StartAsync() => _process.StartAsync();

    internal void Kill() => _process.Kill();

    /// <summary>Sets its clock off from the simulated time.</summary>
    internal void SetClock(TimeSpan offset) => _process.Tell(offset.TotalSeconds.ToString("0", CultureInfo.InvariantCulture));

    public void Dispose() => _process.Dispose();
}
