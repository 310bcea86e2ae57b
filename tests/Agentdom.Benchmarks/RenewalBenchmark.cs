using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace Agentdom.Benchmarks;

/// <summary>
/// <c>Update-AtpToken -All</c> for stored tokens that are all due, in the module's own vault, against the sample issuer. Each
/// count has a new vault and a new PowerShell process. The time includes the module's first use, but not the start of the process.
/// </summary>
internal static class RenewalBenchmark
{
    private static readonly int[] s_counts = [100, 1_000, 10_000];
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(5);

    private const string Script = """
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $renewed = 0
        Update-AtpToken -All | ForEach-Object { $renewed++ }
        $seconds = $watch.Elapsed.TotalSeconds
        $peak = [Diagnostics.Process]::GetCurrentProcess().PeakWorkingSet64
        "$renewed $seconds $peak"
        """;

    private sealed record Run(int Count, double Seconds, double PeakMegabytes, double FillMilliseconds)
    {
        internal double MillisecondsPerToken => Seconds * 1000 / Count;
    }

    /// <param name="usePwsh">Whether to use pwsh instead of the test engine.</param>
    /// <param name="counts">How many tokens, in ascending order.</param>
    internal static async Task RunAsync(bool usePwsh, params int[] counts)
    {
        var secret = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        using var issuer = await IssuerProcess.StartAsync(secret, DueTokens.Scopes);
        Console.WriteLine($"Update-AtpToken -All in {(usePwsh ? "pwsh" : "the test engine")}, {Environment.ProcessorCount} cores\n");
        Console.WriteLine("| tokens | seconds | per token (ms) | peak (MB) | filling, per token (ms) |");
        Console.WriteLine("|-------:|--------:|---------------:|----------:|------------------------:|");
        var runs = new List<Run>();
        foreach (var count in counts.Length > 0 ? counts : s_counts)
        {
            var run = await MeasureAsync(AtpHost.Parse(issuer.Host), secret, count, usePwsh);
            runs.Add(run);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {run.Count:N0} | {run.Seconds:0.00} | {run.MillisecondsPerToken:0.00} | "
                + $"{run.PeakMegabytes:0} | {run.FillMilliseconds:0.00} |"));
        }
        Console.WriteLine();
        var last = runs[^1].Count;
        if (last == 10_000) Goals.Below("Update-AtpToken -All, 10,000 tokens", runs[^1].Seconds, 5.3, "s");
        var (requests, files) = await RenewalFloor.MeasureAsync(issuer.Host, secret, last);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"Bare: {last:N0} requests in {requests:0.00} s, {last:N0} files in {files:0.00} s"));
        foreach (var (few, many) in runs.Zip(runs.Skip(1)).Reverse())
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"Time per token, {many.Count:N0} : {few.Count:N0} = {many.MillisecondsPerToken / few.MillisecondsPerToken:0.00}"));
        }
    }

    private static async Task<Run> MeasureAsync(AtpHost host, string secret, int count, bool usePwsh)
    {
        using var home = new TemporaryHome();
        var vault = new FileVault();
        var store = new TokenStore(vault);
        vault.EnsureWritable();
        vault.Write(EntryName.OfSecret(host.Name), secret);
        var filling = Stopwatch.StartNew();
        DueTokens.Fill(store, host, count);
        var fillMilliseconds = filling.Elapsed.TotalMilliseconds / count;

        var begin = DateTimeOffset.UtcNow;
        var figures = (await EngineProcess.RunAsync(Script, usePwsh, s_limit)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Select(static f => double.Parse(f, CultureInfo.InvariantCulture)).ToArray();
        Require(count, (int)figures[0], "came out of the cmdlet");
        Require(count, DueTokens.CountNewerThan(store, begin), "are new in the vault");
        return new Run(count, figures[1], figures[2] / (1024 * 1024), fillMilliseconds);
    }

    private static void Require(int expected, int found, string where)
    {
        if (found != expected) throw new BenchmarkFailedException($"Of {expected} tokens {found} {where}.");
    }
}
