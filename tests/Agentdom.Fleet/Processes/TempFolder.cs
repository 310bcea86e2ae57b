namespace Agentdom.Fleet.Processes;

/// <summary>A temporary folder that is private to this user and deleted in the end.</summary>
internal sealed class TempFolder : IDisposable
{
    internal string Path { get; } = Directory.CreateTempSubdirectory("agentdom-fleet-").FullName;

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // An error of the run matters more.
            Console.Error.WriteLine($"{Path} could not be deleted: {e.Message}");
        }
    }
}
