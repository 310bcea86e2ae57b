using Agentdom.Benchmarks;
using Agentdom.Benchmarks.Load;
using Agentdom.Benchmarks.Module;

// dotnet run -c Release --project tests/Agentdom.Benchmarks -- all
//   | renewal [pwsh] | load [seconds] [issuer …] | replay-memory | protocol | bodies | refusals | module
try
{
    switch (args)
    {
        case ["serve", .. var settings]:
            await DatabaseIssuer.RunAsync(settings);
            return 0;
        case ["floor", .. var settings]:
            await BareEndpoint.RunAsync(settings);
            return 0;
        case ["all"]:
            ProtocolBenchmark.Run();
            HostileBodies.Run();
            await RefusalTimes.RunAsync();
            await ModuleBenchmark.RunAsync();
            await RenewalBenchmark.RunAsync(usePwsh: false);
            await LoadBenchmark.RunAsync();
            await ReplayMemory.RunAsync();
            return 0;
        case ["renewal", .. var engine]:
            await RenewalBenchmark.RunAsync(usePwsh: engine.Contains("pwsh"));
            return 0;
        case ["load", .. var settings]:
            await LoadBenchmark.RunAsync(settings);
            return 0;
        case ["protocol"]:
            ProtocolBenchmark.Run();
            return 0;
        case ["bodies"]:
            HostileBodies.Run();
            return 0;
        case ["refusals"]:
            await RefusalTimes.RunAsync();
            return 0;
        case ["module"]:
            await ModuleBenchmark.RunAsync();
            return 0;
        case ["replay-memory"]:
            await ReplayMemory.RunAsync();
            return 0;
        default:
            Console.Error.WriteLine(
                $"Usage: all, renewal [pwsh], load [seconds, up to {LoadBenchmark.MaxSeconds}] [issuers out of {LoadBenchmark.Words}], "
                + "replay-memory, protocol, bodies, refusals, module.");
            return 2;
    }
}
catch (BenchmarkFailedException e)
{
    Console.Error.WriteLine($"FAILED: {e.Message}");
    return 1;
}
