namespace Agentdom.Fuzz;

/// <summary>Runs existing inputs, such as the corpus, once each and without a fuzzer.</summary>
internal static class Replay
{
    /// <returns>0 on success, 1 if an input failed or if a target accepted none.</returns>
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
            // A run without inputs, or whose inputs all fail at the first check, must not count as passed.
            if (accepted == 0) failures++;
        }
        return failures == 0 ? 0 : 1;
    }
}
