using Agentdom.Fleet.Measures;
using ScottPlot;

namespace Agentdom.Fleet.Reporting;

/// <summary>Draws a run: requests, failures and the state's size over simulated time, with the events.</summary>
internal static class PlotFile
{
    private const int Width = 1100;
    private const int Height = 1000;

    // The labels are upright, so this is the height of their letters, in pixels.
    private const int LabelWidth = 15;

    internal static void Write(string path, FleetResult result)
    {
        var multiplot = new Multiplot();
        multiplot.AddPlots(3);
        Requests(multiplot.GetPlot(0), result);
        Failures(multiplot.GetPlot(1), result);
        Sizes(multiplot.GetPlot(2), result);
        foreach (var plot in multiplot.GetPlots())
        {
            foreach (var (at, _) in result.Measures.Events) plot.Add.VerticalLine(at.TotalMinutes, 1, Colors.Gray.WithAlpha(0.5));
            plot.Axes.SetLimitsX(0, result.Options.Length.TotalMinutes);
            plot.ShowLegend(Alignment.UpperRight);
        }
        multiplot.SavePng(path, Width, Height);
    }

    private static void Requests(Plot plot, FleetResult result)
    {
        Add(plot, result, Counter.TokenRequests, "token requests");
        Add(plot, result, Counter.Renewed, "renewals");
        Add(plot, result, Counter.Calls, "API calls");
        plot.Title($"{result.State}: {result.Options.Agents:N0} agents, {result.Options.Nodes} nodes");
        plot.YLabel("per second");
        // Labels of events that are close are moved apart.
        var lineWidth = result.Options.Length.TotalMinutes * LabelWidth / Width;
        var next = double.NegativeInfinity;
        foreach (var (at, text) in result.Measures.Events)
        {
            var x = Math.Max(at.TotalMinutes, next);
            next = x + lineWidth;
            var label = plot.Add.Text(text, x, 0);
            (label.LabelRotation, label.LabelFontSize, label.LabelAlignment) = (-90, 10, Alignment.UpperLeft);
        }
    }

    private static void Failures(Plot plot, FleetResult result)
    {
        Add(plot, result, Counter.FailedCalls, "failed calls");
        Add(plot, result, Counter.WithoutToken, "of these without a good token");
        plot.YLabel("per second");
    }

    private static void Sizes(Plot plot, FleetResult result)
    {
        var samples = result.Measures.Sizes.ToArray();
        var entries = plot.Add.Scatter(
            samples.Select(static s => s.At.TotalMinutes).ToArray(), samples.Select(static s => (double)s.Size.Entries).ToArray());
        (entries.MarkerSize, entries.LegendText) = (0, "entries in the state");
        plot.YLabel("entries");
        plot.XLabel("simulated minutes");
    }

    private static void Add(Plot plot, FleetResult result, Counter counter, string name)
    {
        var series = result.Measures.Series;
        var line = plot.Add.Scatter(
            Enumerable.Range(0, series.Steps).Select(static i => (Series.Step * i).TotalMinutes).ToArray(),
            series.Of(counter).Select(static count => count / Series.Step.TotalSeconds).ToArray());
        (line.MarkerSize, line.LegendText) = (0, name);
    }
}
