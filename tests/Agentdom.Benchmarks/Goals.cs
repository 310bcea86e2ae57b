using System.Globalization;

namespace Agentdom.Benchmarks;

/// <summary>The figures that have a goal. A run writes those that it has measured at its end.</summary>
internal static class Goals
{
    private static readonly List<(string Figure, double Measured, double Goal, bool IsLimit, string Unit)> s_figures = [];

    /// <summary>A ratio that should be at least as high as the goal.</summary>
    internal static void AtLeast(string figure, double times, double goal) => s_figures.Add((figure, times, goal, false, "times"));

    /// <summary>A duration or a latency that should be below the goal.</summary>
    internal static void Below(string figure, double measured, double goal, string unit) =>
        s_figures.Add((figure, measured, goal, true, unit));

    /// <summary>Writes the figures as a table, and the ratios as a chart for the documentation.</summary>
    internal static void Write()
    {
        if (s_figures.Count == 0) return;
        Console.WriteLine("\n| figure | measured | goal | |");
        Console.WriteLine("|---|---:|---:|---|");
        foreach (var f in s_figures)
        {
            var isMet = f.IsLimit ? f.Measured < f.Goal : f.Measured >= f.Goal;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {f.Figure} | {f.Measured:0.00} {f.Unit} | {(f.IsLimit ? "below" : "at least")} {f.Goal:0.##} | {(isMet ? "met" : "missed")} |"));
        }
        var ratios = s_figures.Where(static f => !f.IsLimit).ToList();
        if (ratios.Count < 2) return;
        Console.WriteLine("\n```mermaid\nxychart-beta\n    title \"How many times the baseline, and the goal (line)\"");
        Console.WriteLine($"    x-axis [{string.Join(", ", ratios.Select(static f => $"\"{f.Figure}\""))}]");
        Console.WriteLine("    y-axis \"times\"");
        Console.WriteLine($"    bar [{Join(ratios.Select(static f => f.Measured))}]");
        Console.WriteLine($"    line [{Join(ratios.Select(static f => f.Goal))}]\n```");
    }

    private static string Join(IEnumerable<double> values) =>
        string.Join(", ", values.Select(static v => v.ToString("0.00", CultureInfo.InvariantCulture)));
}
