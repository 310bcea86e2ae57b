using Agentdom.Fleet.Measures;

namespace Agentdom.Fleet.Reporting;

/// <summary>Writes the counts over time, one row for each step.</summary>
internal static class CsvFile
{
    internal static void Write(string path, FleetResult result)
    {
        var (series, step) = (result.Measures.Series, Series.Step);
        var counters = Enum.GetValues<Counter>();
        using var file = new StreamWriter(path);
        file.WriteLine($"seconds,{string.Join(',', counters)},StateEntries,StateBytes,Event");
        for (var i = 0; i < series.Steps; i++)
        {
            var (from, to) = (step * i, step * (i + 1));
            var size = result.Measures.Sizes.LastOrDefault(s => s.At >= from && s.At < to);
            var happened = result.Measures.Events.Where(e => e.At >= from && e.At < to).Select(static e => e.Text.Replace(',', ' '));
            file.WriteLine($"{from.TotalSeconds:0},{string.Join(',', counters.Select(c => series[i, c]))},"
                + $"{(size.At == default ? "," : $"{size.Size.Entries},{size.Size.Bytes}")},{string.Join("; ", happened)}");
        }
    }
}
