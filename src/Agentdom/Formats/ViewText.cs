using System.ComponentModel;
using System.Globalization;
using System.Management.Automation;
using System.Reflection;

namespace Agentdom.Formats;

/// <summary>
/// How values are written in tables and lists. Called by the views in Agentdom.Format.ps1xml, which hold no logic of their
/// own. Colour is that of <c>$PSStyle</c>, where PowerShell has it, and follows its <c>OutputRendering</c>.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class ViewText
{
    private const string Second = "yyyy-MM-dd HH:mm:ss";

    // Not in the library that Windows PowerShell and pwsh share, so it is looked for by name.
    private static readonly object? s_style =
        typeof(PSObject).Assembly.GetType("System.Management.Automation.PSStyle")?.GetProperty("Instance")?.GetValue(null);

    /// <summary>What is left of a token's life, in the colour of its state.</summary>
    public static string TimeLeft(AtpToken token) => Coloured(token, Left(token.ExpiresAt));

    /// <summary>Host and scopes of a token, in the colour of its state.</summary>
    public static string Name(AtpToken token) => Coloured(token, token.ToString());

    /// <summary>The time until a moment, such as <c>58m</c>; <c>expired</c> if it has passed, empty if there is none.</summary>
    public static string Left(DateTimeOffset? end)
    {
        var left = end - DateTimeOffset.UtcNow;
        return left is null ? "" : left <= TimeSpan.Zero ? "expired" : Span(left.Value);
    }

    /// <summary>A length of time by its largest unit, with the next smaller one beside hours and days; rounded down.</summary>
    public static string Span(TimeSpan span)
    {
        if (span < TimeSpan.FromMinutes(1)) return Text($"{Math.Floor(span.TotalSeconds)}s");
        if (span < TimeSpan.FromHours(1)) return Text($"{span.Minutes}m");
        var (large, small) = span < TimeSpan.FromDays(1) ? (Text($"{span.Hours}h"), span.Minutes) : (Text($"{span.Days}d"), span.Hours);
        return small == 0 ? large : Text($"{large} {small}{(span.Days == 0 ? "m" : "h")}");
    }

    /// <summary>How far away a moment is: <c>3m ago</c>, <c>now</c> or <c>in 2m</c>; empty where there is none.</summary>
    public static string Distance(DateTimeOffset? moment)
    {
        if (moment is null) return "";
        var ahead = moment.Value - DateTimeOffset.UtcNow;
        if (ahead.Duration() < TimeSpan.FromSeconds(1)) return "now";
        return ahead > TimeSpan.Zero ? $"in {Span(ahead)}" : $"{Span(-ahead)} ago";
    }

    /// <summary>A moment by this machine's clock and how far away it is; empty where there is none.</summary>
    public static string Moment(DateTimeOffset? moment) => moment is null
        ? ""
        : $"{moment.Value.ToLocalTime().ToString(Second, CultureInfo.InvariantCulture)} ({Distance(moment)})";

    /// <summary>A verdict, in green where it is good and in the colour of errors where it is not.</summary>
    public static string Verdict(bool isGood) => isGood ? Good("True") : Bad("False");

    /// <summary>The same, in the colour of warnings where it is not good.</summary>
    public static string Caution(bool isGood) => isGood ? Good("True") : Warning("False");

    /// <summary>How a run of the refresh job went, in the colour that fits.</summary>
    public static string Outcome(string? outcome) => outcome switch
    {
        null => "",
        "Succeeded" => Good(outcome),
        "PartlyFailed" => Warning(outcome),
        _ => Bad(outcome),
    };

    private static string Coloured(AtpToken token, string text) =>
        token.TimeLeft == TimeSpan.Zero ? Bad(text) : token.IsDue ? Warning(text) : Good(text);

    private static string Good(string text) => In("Foreground", "Green", text);

    private static string Warning(string text) => In("Formatting", "Warning", text);

    private static string Bad(string text) => In("Formatting", "Error", text);

    private static string In(string group, string name, string text) =>
        IsColoured() ? $"{Member(Member(s_style, group), name)}{text}{Member(s_style, "Reset")}" : text;

    // PowerShell takes colour out of what it sends to files and pipelines of its own, but leaves it in the output of a
    // process that another program reads.
    private static bool IsColoured() => Member(s_style, "OutputRendering")?.ToString() switch
    {
        "Ansi" => true,
        "Host" => !Console.IsOutputRedirected,
        _ => false,
    };

    private static object? Member(object? owner, string name) =>
        owner?.GetType().GetProperty(name, BindingFlags.Public | BindingFlags.Instance)?.GetValue(owner);

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
