using System.Globalization;

namespace Agentdom.Protocol;

/// <summary>Writes durations and moments in messages, in the same way for every culture.</summary>
internal static class TimeText
{
    /// <summary>A duration in its largest unit, with the next smaller one for hours and days, rounded down, such as <c>1h 5m</c>.</summary>
    internal static string Span(TimeSpan span)
    {
        if (span < TimeSpan.FromMinutes(1)) return Text($"{Math.Floor(span.TotalSeconds)}s");
        if (span < TimeSpan.FromHours(1)) return Text($"{span.Minutes}m");
        var (large, small) = span < TimeSpan.FromDays(1) ? (Text($"{span.Hours}h"), span.Minutes) : (Text($"{span.Days}d"), span.Hours);
        return small == 0 ? large : Text($"{large} {small}{(span.Days == 0 ? "m" : "h")}");
    }

    /// <summary>A duration that somebody has set: as <see cref="Span"/> if that leaves nothing out, else with all its digits.</summary>
    internal static string Exact(TimeSpan span)
    {
        var unit = span < TimeSpan.FromMinutes(1) ? TimeSpan.TicksPerSecond
            : span < TimeSpan.FromDays(1) ? TimeSpan.TicksPerMinute
            : TimeSpan.TicksPerHour;
        return span >= TimeSpan.Zero && span.Ticks % unit == 0 ? Span(span) : span.ToString("c", CultureInfo.InvariantCulture);
    }

    /// <summary>A time to wait, rounded up, so that waiting for it is enough.</summary>
    internal static string Wait(TimeSpan wait)
    {
        var unit = wait < TimeSpan.FromMinutes(1) ? TimeSpan.TicksPerSecond : TimeSpan.TicksPerMinute;
        return Span(TimeSpan.FromTicks((wait.Ticks + unit - 1) / unit * unit));
    }

    /// <summary>A moment in local time, to the second, in ISO 8601 with its offset: <c>2026-11-25T04:34:18+01:00</c>.</summary>
    internal static string Moment(DateTimeOffset moment) =>
        moment.ToLocalTime().ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
