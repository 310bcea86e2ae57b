using System.Globalization;
using System.Management.Automation;
using System.Reflection;

namespace Agentdom.Formats;

/// <summary>
/// Formats values for tables and lists. The views in Agentdom.Format.ps1xml have no logic of their own: they ask each object for
/// a value by a name in the format operator, such as <c>'{0:TimeLeft}' -f $_</c>. The colours come from <c>$PSStyle</c>, if
/// PowerShell has it, and follow its <c>OutputRendering</c>.
/// </summary>
internal static class ViewText
{
    private const string Second = "yyyy-MM-dd HH:mm:ss";

    // By reflection, because PSStyle is not in the reference assembly that Windows PowerShell and pwsh share.
    private static readonly object? s_style =
        typeof(PSObject).Assembly.GetType("System.Management.Automation.PSStyle")?.GetProperty("Instance")?.GetValue(null);

    /// <summary>The time until a moment, such as <c>58m</c>; <c>expired</c> if it has passed, empty if it is null.</summary>
    internal static string Left(DateTimeOffset? end)
    {
        var left = end - DateTimeOffset.UtcNow;
        return left is null ? "" : left <= TimeSpan.Zero ? "expired" : Span(left.Value);
    }

    /// <inheritdoc cref="TimeText.Span"/>
    internal static string Span(TimeSpan span) => TimeText.Span(span);

    /// <summary>The distance to a moment: <c>3m ago</c>, <c>now</c> or <c>in 2m</c>; empty if it is null.</summary>
    internal static string Distance(DateTimeOffset? moment)
    {
        if (moment is null) return "";
        var ahead = moment.Value - DateTimeOffset.UtcNow;
        if (ahead.Duration() < TimeSpan.FromSeconds(1)) return "now";
        return ahead > TimeSpan.Zero ? $"in {Span(ahead)}" : $"{Span(-ahead)} ago";
    }

    /// <summary>A moment in local time and the distance to it; empty if it is null.</summary>
    internal static string Moment(DateTimeOffset? moment) => moment is null
        ? ""
        : $"{moment.Value.ToLocalTime().ToString(Second, CultureInfo.InvariantCulture)} ({Distance(moment)})";

    /// <summary>A flag, green if it is true and in the error colour if it is false.</summary>
    internal static string Verdict(bool isSuccess) => isSuccess ? Success("True") : Failure("False");

    /// <summary>A flag, green if it is true and in the warning colour if it is false.</summary>
    internal static string Caution(bool isSuccess) => isSuccess ? Success("True") : Warning("False");

    /// <summary>The outcome of a run of the refresh job, in its colour.</summary>
    internal static string Outcome(string? outcome) => outcome switch
    {
        null => "",
        "Succeeded" => Success(outcome),
        "PartlyFailed" => Warning(outcome),
        _ => Failure(outcome),
    };

    /// <summary>A text in the colour of success.</summary>
    internal static string Success(string text) => In("Foreground", "Green", text);

    /// <summary>A text in the colour of warnings.</summary>
    internal static string Warning(string text) => In("Formatting", "Warning", text);

    /// <summary>A text in the colour of errors.</summary>
    internal static string Failure(string text) => In("Formatting", "Error", text);

    private static string In(string group, string name, string text) =>
        IsColoured() ? $"{Member(Member(s_style, group), name)}{text}{Member(s_style, "Reset")}" : text;

    // PowerShell removes colours from output to files and its own pipelines, but not from the output of a process that another
    // program reads.
    private static bool IsColoured() => Member(s_style, "OutputRendering")?.ToString() switch
    {
        "Ansi" => true,
        "Host" => !Console.IsOutputRedirected,
        _ => false,
    };

    private static object? Member(object? owner, string name) =>
        owner?.GetType().GetProperty(name, BindingFlags.Public | BindingFlags.Instance)?.GetValue(owner);
}
