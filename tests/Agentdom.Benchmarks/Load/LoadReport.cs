using System.Globalization;

namespace Agentdom.Benchmarks.Load;

/// <summary>Writes the results of a load run as Markdown.</summary>
internal static class LoadReport
{
    internal static void Write(IReadOnlyList<Candidate> candidates, int connections, int rounds, int seconds)
    {
        Console.WriteLine($"\n{connections} connections, {rounds} rounds of {seconds} s each, "
            + $"{Environment.ProcessorCount} cores, load generator included\n");
        Console.WriteLine("| issuer | requests/s | p50 (ms) | p99 (ms) | max (ms) | issuer's CPU a request (µs) | errors |");
        Console.WriteLine("|--------|-----------:|---------:|---------:|---------:|----------------------------:|--------|");
        foreach (var c in candidates)
        {
            var perSecond = c.Median(static r => r.PerSecond);
            var (p50, p99) = (c.Median(static r => r.Quantile(0.5)), c.Median(static r => r.Quantile(0.99)));
            var max = c.Rounds.Max(static r => r.Quantile(1));
            var cpu = c.Median(static r => r.ServerMicroseconds);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {c.Name} | {perSecond:N0} | {p50:0.00} | {p99:0.00} | {max:0.0} | {cpu:0} | {Errors(c)} |"));
        }
        Console.WriteLine();
        foreach (var c in candidates.Where(static c => c.Rounds.Any(static r => r.RanOut)))
            Console.WriteLine($"{c.Name}: a round ended early, as the signed requests were used up.");
        foreach (var c in candidates.Skip(1))
        {
            var ratio = candidates[0].Median(static r => r.PerSecond) / c.Median(static r => r.PerSecond);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"In memory : {c.Name} = {ratio:0.00}"));
        }
        AddGoals(candidates);
    }

    // Only of issuers that took part.
    private static void AddGoals(IReadOnlyList<Candidate> candidates)
    {
        var of = candidates.ToDictionary(static c => c.Name);
        if (!of.TryGetValue(Candidates.InMemory, out var memory)) return;
        if (of.TryGetValue(Candidates.BareNode, out var node))
        {
            Goals.AtLeast("issuing: bare Node", Times(memory, node), 2);
            Goals.Below("issuing: p99, bare Node = 1", P99(memory) / P99(node), 1, "times");
        }
        if (of.TryGetValue(Candidates.Express, out var express)) Goals.AtLeast("issuing: Express", Times(memory, express), 8);
        if (of.TryGetValue(Candidates.Sqlite, out var sqlite)) Goals.AtLeast("SQLite: in memory", Times(sqlite, memory), 0.6);
        if (of.TryGetValue(Candidates.Redis, out var redis)) Goals.AtLeast("Redis: in memory", Times(redis, memory), 0.8);

        static double P99(Candidate c) => c.Median(static r => r.Quantile(0.99));
        static double Times(Candidate one, Candidate other) =>
            one.Median(static r => r.PerSecond) / other.Median(static r => r.PerSecond);
    }

    private static string Errors(Candidate candidate)
    {
        var all = candidate.Rounds.SelectMany(static r => r.Errors).GroupBy(static e => e.Key)
            .Select(static g => $"{(g.Key == 0 ? "broken" : g.Key)}: {g.Sum(static e => e.Value)}").ToArray();
        return all.Length == 0 ? "0" : string.Join(", ", all);
    }
}
