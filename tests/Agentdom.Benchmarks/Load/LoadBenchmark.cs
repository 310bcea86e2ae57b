using System.Globalization;
using System.Security.Cryptography;

namespace Agentdom.Benchmarks.Load;

/// <summary>
/// Compares issuers under load. After a warm-up of each, rounds alternate between them, so that other load on the machine affects
/// all of them equally. A figure is the median of an issuer's rounds.
/// </summary>
internal static class LoadBenchmark
{
    internal const int MaxSeconds = 60;

    private const int DefaultSeconds = 5;
    private const int Connections = 64;
    private const int Rounds = 3;
    private const int WarmUps = 2;

    // Between its rounds an issuer is idle, and what it keeps for some seconds is gone.
    private static readonly TimeSpan s_runIn = TimeSpan.FromSeconds(1);

    // The issuers store at most a million signatures, over all rounds. What runs in before them takes less than one.
    private const int MaxRequests = 990_000 / (Rounds + WarmUps + 1);

    private static readonly (string Word, Func<string, Task<Candidate>> Start)[] s_starts =
    [
        ("memory", Candidates.InMemoryAsync), ("configured", Candidates.RegisteredAsync), ("agents", Candidates.DatabaseAgentsAsync),
        ("node", Candidates.NodeAsync), ("express", Candidates.ExpressAsync), ("floor", Candidates.FloorAsync),
        ("sqlite", Candidates.SqliteAsync), ("redis", Candidates.RedisAsync), ("postgres", Candidates.DatabaseStateAsync),
    ];

    /// <summary>The words that choose issuers.</summary>
    internal static string Words { get; } = string.Join(", ", s_starts.Select(static start => start.Word));

    /// <param name="settings">The seconds of a round, and the issuers that take part. Without them, 5 seconds and all issuers.</param>
    internal static Task RunAsync(params string[] settings)
    {
        var hasSeconds = int.TryParse(settings.FirstOrDefault(), CultureInfo.InvariantCulture, out var seconds);
        if (!hasSeconds) seconds = DefaultSeconds;
        if (seconds is < 1 or > MaxSeconds) throw new BenchmarkFailedException($"A round takes 1 to {MaxSeconds} seconds.");
        var chosen = hasSeconds ? settings[1..] : settings;
        if (Array.Find(chosen, static word => !s_starts.Any(start => start.Word == word)) is { } unknown)
            throw new BenchmarkFailedException($"There is no issuer '{unknown}'. There are: {Words}.");
        return RunAsync(seconds, s_starts.Where(start => chosen.Length == 0 || chosen.Contains(start.Word)).Select(static s => s.Start));
    }

    private static async Task RunAsync(int seconds, IEnumerable<Func<string, Task<Candidate>>> starts)
    {
        if (OperatingSystem.IsWindows()) throw new BenchmarkFailedException("The load run needs sh: run it on Linux or macOS.");
        var secret = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        var candidates = new List<Candidate>();
        try
        {
            foreach (var start in starts)
            {
                try
                {
                    candidates.Add(await start(secret));
                    if (candidates[^1].IsIssuer)
                        await SanityCheck.RunAsync(candidates[^1].Name, candidates[^1].Issuer.Address, candidates[^1].Agents);
                }
                catch (SkippedException e)
                {
                    Console.WriteLine($"Skipped: {e.Message}.");
                }
            }
            Measure(candidates, TimeSpan.FromSeconds(seconds));
            LoadReport.Write(candidates, Connections, Rounds, seconds);
        }
        finally
        {
            candidates.ForEach(static c => c.Dispose());
        }
    }

    private static void Measure(List<Candidate> candidates, TimeSpan time)
    {
        for (var round = -WarmUps; round < Rounds; round++)
        {
            foreach (var candidate in candidates)
            {
                var expected = candidate.LastPerSecond is 0 ? MaxRequests : (int)(candidate.LastPerSecond * time.TotalSeconds * 2);
                var count = Math.Min(MaxRequests, expected + 1000);
                var requests = SignedRequests.Make(count, candidate.Agents, candidate.Issuer.Address.ToString());
                if (round >= 0)
                {
                    var runIn = SignedRequests.Make(
                        (int)(candidate.LastPerSecond * s_runIn.TotalSeconds), candidate.Agents, candidate.Issuer.Address.ToString());
                    LoadGenerator.Run(candidate.Issuer, runIn, Connections, s_runIn);
                }
                GC.Collect();
                var result = LoadGenerator.Run(candidate.Issuer, requests, Connections, time);
                candidate.Add(result, isWarmUp: round < 0);
                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{(round < 0 ? "warm-up" : $"round {round + 1}")}: {candidate.Name}: {result.PerSecond:N0}/s"));
            }
        }
    }
}
