using System.Text.Json;

namespace Agentdom.Pester;

/// <summary>A test as tests/Pester/Run.ps1 reports it.</summary>
/// <param name="Name">The blocks it is in and its own name.</param>
/// <param name="Result">What became of it, in Pester's words.</param>
/// <param name="Milliseconds">How long it took.</param>
/// <param name="Message">Why it failed or was skipped; empty if there is nothing to say.</param>
internal sealed record PesterTest(string Name, string Result, double Milliseconds, string Message)
{
    /// <summary>A failure of the file as a whole, which must not look like a file without failures.</summary>
    internal static PesterTest Broken(string message) => new("the file as a whole", "Failed", 0, message);

    internal static IReadOnlyList<PesterTest> Read(string path) =>
        JsonSerializer.Deserialize<PesterTest[]>(File.ReadAllText(path), JsonSerializerOptions.Web)!;
}
