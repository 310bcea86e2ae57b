using System.Globalization;
using System.Security.Cryptography;

namespace Agentdom.Benchmarks.Load;

/// <summary>
/// Compares issuers under load. After a warm-up of each, rounds alternate between them, so that other load on the machine affects
/// all of them equally. A figure is the median of an issuer's rounds.
/// </summary>
internal static class LoadBenchmark
{
    internal const int DefaultSeconds = 5;
    internal const int MaxSeconds = 60;

    private const int Connections = 64;
    private const int Rounds = 3;
    private const int WarmUps = 2;

    // The issuers store at most a million signatures, over all rounds.
    private const int MaxRequests = 990_000 / (Rounds + WarmUps);

    internal static async Task RunAsync(int seconds)
    {
        if (OperatingSystem.IsWindows()) throw new BenchmarkFailedException("The load run needs sh: run it on Linux or macOS.");
        var secret = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        var candidates = new List<Candidate>();
        try
        {
            var starts = new[]
            {
                Candidates.InMemoryAsync, Candidates.RegisteredAsync, Candidates.DatabaseAgentsAsync, Candidates.ExpressAsync,
                Candidates.SqliteAsync, Candidates.RedisAsync, Candidates.DatabaseStateAsync,
            };
            foreach (var start in starts)
            {
                try
                {
                    candidates.Add(await start(secret));
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
                var expected = candidate.Rounds.Count == 0 ? MaxRequests : (int)(candidate.Rounds[^1].PerSecond * time.TotalSeconds * 2);
                var count = Math.Min(MaxRequests, expected + 1000);
                var requests = SignedRequests.Make(count, candidate.Agents, candidate.Issuer.Address.ToString());
                GC.Collect();
                var result = LoadGenerator.Run(candidate.Issuer, requests, Connections, time);
                if (round >= 0) candidate.Add(result);
                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{(round < 0 ? "warm-up" : $"round {round + 1}")}: {candidate.Name}: {result.PerSecond:N0}/s"));
            }
        }
    }
}
