using Agentdom.Benchmarks;

// dotnet run -c Release --project tests/Agentdom.Benchmarks -- renewal [pwsh]
string[] known = ["renewal"];
if (args.Length == 0 || !known.Contains(args[0]))
{
    Console.Error.WriteLine($"Say which: {string.Join(", ", known)}.");
    return 2;
}
try
{
    await RenewalBenchmark.RunAsync(usePwsh: args.Contains("pwsh"));
    return 0;
}
catch (BenchmarkFailedException e)
{
    Console.Error.WriteLine($"FAILED: {e.Message}");
    return 1;
}
