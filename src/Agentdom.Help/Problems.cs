namespace Agentdom.Help;

/// <summary>What is wrong with the pages, told in the form that MSBuild shows as errors.</summary>
internal sealed class Problems
{
    internal int Count { get; private set; }

    internal void Add(string path, string message)
    {
        Count++;
        Console.Error.WriteLine($"{Path.GetFullPath(path)}(1): error HELP0001: {message}");
    }

    /// <summary>Does work on one page, so that a problem with it does not hide those of others.</summary>
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
