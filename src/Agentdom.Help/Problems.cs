namespace Agentdom.Help;

/// <summary>Counts the problems of the pages, and prints them in MSBuild's format for errors.</summary>
internal sealed class Problems
{
    internal int Count { get; private set; }

    internal void Add(string path, string message)
    {
        Count++;
        Console.Error.WriteLine($"{Path.GetFullPath(path)}(1): error HELP0001: {message}");
    }

    /// <summary>Runs work on one page and records its failure, so that the other pages are still checked.</summary>
    internal void Collect(string path, Action work)
    {
        try
        {
            work();
        }
        catch (Exception e) when (e is PageException or IOException)
        {
            Add(path, e.Message);
        }
    }
}
