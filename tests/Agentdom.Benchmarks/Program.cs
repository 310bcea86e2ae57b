using Agentdom.Benchmarks;
using Agentdom.Benchmarks.Load;
using Agentdom.Benchmarks.Module;

// dotnet run -c Release --project tests/Agentdom.Benchmarks -- all
//   | renewal [pwsh] [tokens …] | find [pwsh] | load [seconds] [issuer …] | replay-memory | protocol | bodies | refusals | module
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
            await ModuleBenchmark.RunAsync();
            await RenewalBenchmark.RunAsync(usePwsh: false);
            await FindBenchmark.RunAsync(usePwsh: false);
            await LoadBenchmark.RunAsync();
            await ReplayMemory.RunAsync();
            Goals.Write();
            // Last, because they can fail.
            await RefusalTimes.RunAsync();
            HostileBodies.Run();
            return 0;
        case ["renewal", .. var engine]:
            await RenewalBenchmark.RunAsync(
                usePwsh: engine.Contains("pwsh"), [.. engine.Where(static word => word != "pwsh").Select(int.Parse)]);
            break;
        case ["find", .. var engine]:
            await FindBenchmark.RunAsync(usePwsh: engine.Contains("pwsh"));
            break;
        case ["load", .. var settings]:
            await LoadBenchmark.RunAsync(settings);
            break;
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
            break;
        case ["replay-memory"]:
            await ReplayMemory.RunAsync();
            return 0;
        default:
            Console.Error.WriteLine(
                $"Usage: all, renewal [pwsh] [tokens …], find [pwsh], load [seconds, up to {LoadBenchmark.MaxSeconds}] "
                + $"[issuers out of {LoadBenchmark.Words}], replay-memory, protocol, bodies, refusals, module.");
            return 2;
    }
    Goals.Write();
    return 0;
}
catch (BenchmarkFailedException e)
{
    Console.Error.WriteLine($"FAILED: {e.Message}");
    return 1;
}
