namespace Agentdom.Fuzz;

/// <summary>Runs inputs that are there already, such as the corpus, once each and without a fuzzer.</summary>
internal static class Replay
{
    /// <returns>0 where nothing misbehaved, 1 where something did or where none was accepted.</returns>
    internal static int Run(string folder)
    {
        var failures = 0;
        foreach (var (name, target) in Targets.All)
        {
            var files = Directory.GetFiles(Path.Combine(folder, name));
            var accepted = 0;
            foreach (var file in files)
            {
                try
                {
                    if (target(File.ReadAllBytes(file))) accepted++;
                }
                catch (Exception e) when (e is not OutOfMemoryException)
                {
                    failures++;
                    Console.Error.WriteLine($"{file}: {e}");
                }
            }
            Console.WriteLine($"{name}: {files.Length} inputs, {accepted} accepted");
            // Inputs that all stop at the first check, or none at all, must not look like a run that passed.
            if (accepted == 0) failures++;
        }
        return failures == 0 ? 0 : 1;
    }
}
