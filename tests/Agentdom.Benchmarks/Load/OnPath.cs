namespace Agentdom.Benchmarks.Load;

/// <summary>Looks for commands on PATH.</summary>
internal static class OnPath
{
    internal static bool Has(string command) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, command)));
}
