using System.Globalization;

namespace Agentdom.Benchmarks;

/// <summary>
/// <c>Get-AtpToken</c> for one of many stored tokens, each of a host of its own, in the module's own vault. The tokens are valid, so
/// no request is sent. Each count has a new vault, and two PowerShell processes: the first one finds a vault without an index.
/// </summary>
internal static class FindBenchmark
{
    private static readonly int[] s_counts = [1_000, 10_000];
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    // The median of 100 calls for different hosts, after as many that warm up.
    private const string Script = """
        function Measure-Call([scriptblock] $Call) {
            $times = foreach ($i in 1..200) {
                $watch = [Diagnostics.Stopwatch]::StartNew()
                $null = & $Call "host-$($i * $step).example"
                $watch.Elapsed.TotalMilliseconds
            }
            $late = [double[]] $times[100..199]
            [array]::Sort($late)
            $late[50]
        }
        # The list of the folder is kept only if the folder has not changed for two seconds.
        [Threading.Thread]::Sleep(2500)
        $null = Get-AtpToken host-1.example -Scope data.read -NoRefresh
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $null = Get-AtpToken host-2.example -NoRefresh
        $first = $watch.Elapsed.TotalMilliseconds
        $found = Measure-Call { param($HostName) Get-AtpToken $HostName -NoRefresh }
        $named = Measure-Call { param($HostName) Get-AtpToken $HostName -Scope data.read -NoRefresh }
        "$first $found $named"
        """;

    internal static async Task RunAsync(bool usePwsh)
    {
        var engine = usePwsh ? "pwsh" : "the test engine";
        Console.WriteLine($"Get-AtpToken <host> -NoRefresh in {engine}, {Environment.ProcessorCount} cores\n");
        Console.WriteLine("| tokens | with -Scope (ms) | without (ms) | first call without (ms) | without an index (ms) |");
        Console.WriteLine("|-------:|-----------------:|-------------:|------------------------:|----------------------:|");
        foreach (var count in s_counts)
        {
            using var home = new TemporaryHome();
            Fill(count);
            var bare = await MeasureAsync(count, usePwsh);
            var indexed = await MeasureAsync(count, usePwsh);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {count:N0} | {indexed[2]:0.00} | {indexed[1]:0.00} | {indexed[0]:0.0} | {bare[0]:0.0} |"));
            if (count == s_counts[0]) Goals.Below($"Get-AtpToken without -Scope, {count:N0} tokens", indexed[1], 2, "ms");
        }
        Console.WriteLine();
    }

    private static void Fill(int count)
    {
        var store = new TokenStore(new FileVault());
        var (agent, now) = (AgentId.Current().Value, DateTimeOffset.UtcNow);
        foreach (var group in Enumerable.Range(1, count).Select(Token).Chunk(100))
        {
            if (store.SaveAll(group).FirstOrDefault(static saved => saved.Failure is not null) is { } failed)
                throw new BenchmarkFailedException(failed.Failure!.Message);
        }

        StoredToken Token(int number) =>
            BenchmarkTokens.Make(AtpHost.Parse($"host-{number}.example"), ["data.read"], agent, now, now.AddHours(1));
    }

    private static async Task<double[]> MeasureAsync(int count, bool usePwsh) =>
        [.. (await EngineProcess.RunAsync($"$step = {count / 200}\n{Script}", usePwsh, s_limit))
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(static f => double.Parse(f, CultureInfo.InvariantCulture))];
}
