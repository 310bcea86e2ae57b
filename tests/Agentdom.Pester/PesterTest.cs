using System.Text.Json;

namespace Agentdom.Pester;

/// <summary>A test as reported by tests/Pester/Run.ps1.</summary>
/// <param name="Name">The names of its blocks and its own name.</param>
/// <param name="Result">Its result, as named by Pester.</param>
/// <param name="Milliseconds">Its duration.</param>
/// <param name="Message">Why it failed or was skipped, or empty.</param>
internal sealed record PesterTest(string Name, string Result, double Milliseconds, string Message)
{
    /// <summary>A failure of the whole file, which must not look like a file without failures.</summary>
    internal static PesterTest Broken(string message) => new("the file as a whole", "Failed", 0, message);

    internal static IReadOnlyList<PesterTest> Read(string path) =>
        JsonSerializer.Deserialize<PesterTest[]>(File.ReadAllText(path), JsonSerializerOptions.Web)!;
}
