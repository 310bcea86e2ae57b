using System.Globalization;

namespace Agentdom.Jobs;

/// <summary>Finds tokens that expire between two runs of the job.</summary>
internal static class TokenGaps
{
    // systemd delays a run by up to a fifth of the interval, and renewing takes time.
    private const double Delay = 1.2;
    private static readonly TimeSpan s_work = TimeSpan.FromSeconds(30);

    // So that one failed run leaves no gap either.
    private const int RunsInALife = 3;

    /// <summary>A warning that names the token with the shortest life, or null if all tokens live long enough.</summary>
    internal static string? Find(IEnumerable<StoredToken> tokens, TimeSpan interval)
    {
        StoredToken[] brief = [.. tokens.Where(token => Life(token) < Longest(interval)).OrderBy(Life)];
        if (brief.Length == 0) return null;
        var others = brief.Length == 1 ? "" : $" (and {brief.Length - 1} more)";
        return $"The job runs every {TimeText.Exact(interval)}, and the token for {brief[0]}{others} is valid for "
            + $"{TimeText.Span(Life(brief[0]))} only, "
            + $"so there will be times without a valid token. {Remedy(Life(brief[0]))}";
    }

    private static string Remedy(TimeSpan life)
    {
        var interval = TimeSpan.FromMinutes(Math.Max(1, Math.Floor(life.TotalMinutes / RunsInALife)));
        return life < Longest(interval)
            ? "That is too short for any job: use Get-AtpToken, which renews it when it is needed."
            : $"Use -Interval {interval.ToString("c", CultureInfo.InvariantCulture)}.";
    }

    // The longest time between two renewals.
    private static TimeSpan Longest(TimeSpan interval) => TimeSpan.FromTicks((long)(interval.Ticks * Delay)) + s_work;

    private static TimeSpan Life(StoredToken token) => token.ExpiresAt - token.IssuedAt;
}
