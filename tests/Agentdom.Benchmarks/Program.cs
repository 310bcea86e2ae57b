using System.Globalization;
using Agentdom.Benchmarks;
using Agentdom.Benchmarks.Load;

// dotnet run -c Release --project tests/Agentdom.Benchmarks -- renewal [pwsh] | load [seconds] | replay-memory
try
{
    switch (args)
    {
        case ["renewal", .. var engine]:
            await RenewalBenchmark.RunAsync(usePwsh: engine.Contains("pwsh"));
            return 0;
        case ["load"]:
            await LoadBenchmark.RunAsync(LoadBenchmark.DefaultSeconds);
            return 0;
        case ["load", var text] when int.TryParse(text, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= LoadBenchmark.MaxSeconds:
            await LoadBenchmark.RunAsync(seconds);
            return 0;
        case ["replay-memory"]:
            await ReplayMemory.RunAsync();
            return 0;
        default:
            Console.Error.WriteLine($"Say which: renewal [pwsh], load [seconds, up to {LoadBenchmark.MaxSeconds}], replay-memory.");
            return 2;
    }
}
catch (BenchmarkFailedException e)
{
    Console.Error.WriteLine($"FAILED: {e.Message}");
    return 1;
}
