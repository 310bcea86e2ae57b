using System.Runtime.InteropServices;
using Agentdom.Fleet;
using Agentdom.Fleet.Nodes;
using Agentdom.Fleet.Reporting;

// dotnet run -c Release --project tests/Agentdom.Fleet -- --state redis,cluster,postgres
if (args is ["node", .. var settings])
{
    await NodeProgram.RunAsync(settings);
    return 0;
}
using var stop = new CancellationTokenSource();
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
try
{
    var options = FleetOptions.Parse(args);
    // The vaults and the renewer of scheduled agents block their threads.
    ThreadPool.SetMinThreads(256, 64);
    Directory.CreateDirectory(options.Out);
    var isGood = true;
    foreach (var state in options.States)
    {
        var result = await FleetRun.RunAsync(state, options, stop.Token);
        var lines = Summary.Lines(result).ToList();
        foreach (var line in lines) Console.WriteLine(line);
        await File.WriteAllLinesAsync(Path.Combine(options.Out, $"{state}.txt"), lines);
        CsvFile.Write(Path.Combine(options.Out, $"{state}.csv"), result);
        PlotFile.Write(Path.Combine(options.Out, $"{state}.png"), result);
        if (result.Failure is { } failure) return Fail(failure);
        isGood &= result.IsGood;
    }
    return isGood ? 0 : 1;
}
catch (Exception e)
{
    return Fail(e);
}

// The second signal ends the program at once.
void Stop(PosixSignalContext context)
{
    context.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
}

int Fail(Exception e)
{
    Console.Error.WriteLine(stop.IsCancellationRequested ? "Stopped." : e is FleetFailedException ? e.Message : e.ToString());
    return 2;
}
