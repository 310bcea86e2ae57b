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
    }

    private static string Errors(Candidate candidate)
    {
        var all = candidate.Rounds.SelectMany(static r => r.Errors).GroupBy(static e => e.Key)
            .Select(static g => $"{(g.Key == 0 ? "broken" : g.Key)}: {g.Sum(static e => e.Value)}").ToArray();
        return all.Length == 0 ? "0" : string.Join(", ", all);
    }
}
