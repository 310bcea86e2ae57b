using Agentdom.Fleet;
using Agentdom.Fleet.Nodes;
using Agentdom.Fleet.Reporting;

// dotnet run -c Release --project tests/Agentdom.Fleet -- --state redis,cluster,postgres
try
{
    if (args is ["node", .. var settings])
    {
        await NodeProgram.RunAsync(settings);
        return 0;
    }
    var options = FleetOptions.Parse(args);
    // The vaults and the renewer of scheduled agents block their threads.
    ThreadPool.SetMinThreads(256, 64);
    Directory.CreateDirectory(options.Out);
    var isGood = true;
    foreach (var state in options.States)
    {
        var result = await FleetRun.RunAsync(state, options);
        var lines = Summary.Lines(result).ToList();
        foreach (var line in lines) Console.WriteLine(line);
        await File.WriteAllLinesAsync(Path.Combine(options.Out, $"{state}.txt"), lines);
        CsvFile.Write(Path.Combine(options.Out, $"{state}.csv"), result);
        PlotFile.Write(Path.Combine(options.Out, $"{state}.png"), result);
        isGood &= result.IsGood;
    }
    return isGood ? 0 : 1;
}
catch (FleetFailedException e)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}
