using System.Globalization;

namespace Agentdom.Jobs;

/// <summary>The outcome of a run of the job, as written by its script.</summary>
internal sealed record JobRun
{
    /// <summary>When it started (UTC).</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>When it finished (UTC).</summary>
    public required DateTimeOffset Finished { get; init; }

    /// <summary><c>Succeeded</c>, <c>PartlyFailed</c> or <c>Failed</c>.</summary>
    public required string Outcome { get; init; }

    /// <summary>The number of renewed tokens.</summary>
    public required int Renewed { get; init; }

    /// <summary>The failures.</summary>
    public required IReadOnlyList<JobFailure> Failures { get; init; }

    /// <summary>Reads what the script wrote.</summary>
    /// <exception cref="JsonFormatException">The text is something else.</exception>
    public static JobRun FromJson(string text)
    {
        var json = StrictJson.ParseObject(text);
        var failed = json["failed"] as List<object?> ?? throw new JsonFormatException("'failed' must be a list.");
        return new JobRun
        {
            Started = Time(json, "started"),
            Finished = Time(json, "finished"),
            Outcome = json.Text("outcome") ?? throw new JsonFormatException("'outcome' is missing."),
            Renewed = (int)(json.Integer("renewed") ?? 0),
            Failures = failed.ConvertAll(static f =>
                Failure(f as JsonObject ?? throw new JsonFormatException("A failure must be an object."))),
        };
    }

    private static JobFailure Failure(JsonObject json) =>
        new(json.Text("host") is { Length: > 0 } host ? host : null, json.Text("id") ?? "", json.Text("message") ?? "");

    private static DateTimeOffset Time(JsonObject json, string name) =>
        DateTimeOffset.TryParseExact(json.Text(name), "o", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw new JsonFormatException($"'{name}' must be a time.");
}
