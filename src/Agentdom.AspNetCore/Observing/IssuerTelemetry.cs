using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Extensions.Logging;

namespace Agentdom.AspNetCore;

/// <summary>Records every decision as an audit event, a counter, a duration and a trace span.</summary>
internal sealed class IssuerTelemetry
{
    internal static readonly ActivitySource Source = new(AgentTokenDefaults.TelemetryName);

    // OpenTelemetry's default buckets are for milliseconds, so all decisions would fall into the first one.
    private static readonly InstrumentAdvice<double> s_buckets = new()
    {
        HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    };

    private readonly ILogger _audit;
    private readonly Counter<long> _decisions;
    private readonly Counter<long> _stateFailures;
    private readonly Histogram<double> _duration;

    public IssuerTelemetry(ILoggerFactory loggers, IMeterFactory meters)
    {
        _audit = loggers.CreateLogger(AuditLog.Category);
        // The factory disposes the meter.
        var meter = meters.Create(AgentTokenDefaults.TelemetryName);
        _decisions = meter.CreateCounter<long>("agentdom.issuer.decisions", "{decision}", "Decisions, by operation and outcome.");
        _stateFailures = meter.CreateCounter<long>("agentdom.issuer.state.failures", "{failure}", "Decisions that failed with the state.");
        _duration = meter.CreateHistogram(
            "agentdom.issuer.duration", "s", "Duration of a decision, by operation and outcome.", tags: null, s_buckets);
    }

    internal void Record(Decision decision, IPAddress? address)
    {
        // The agent is not a tag, because the number of agents is unbounded.
        var tags = new TagList { { "operation", decision.Operation }, { "outcome", decision.Outcome } };
        _decisions.Add(1, tags);
        _duration.Record(Stopwatch.GetElapsedTime(decision.Began).TotalSeconds, tags);
        if (decision.StateFailure is not null) _stateFailures.Add(1, tags);

        var agent = decision.AgentId is null ? null : Printable.Line(decision.AgentId);
        var scopes = string.Join(' ', decision.Scopes);
        if (decision.Activity is { } activity)
        {
            activity.SetTag("agentdom.outcome", decision.Outcome);
            activity.SetTag("agentdom.agent_id", agent);
            activity.SetTag("agentdom.scopes", scopes);
            if (decision.IsRefusal) activity.SetStatus(ActivityStatusCode.Error, decision.Outcome);
        }
        Audit(decision, agent, scopes, Text(address));
    }

    private void Audit(Decision decision, string? agent, string scopes, string address)
    {
        if (decision.IsRefusal) _audit.Refused(decision.Operation, agent, scopes, address, decision.Outcome);
        else if (decision.Operation == Operation.Mint) _audit.Issued(decision.TokenId, scopes, agent, address);
        else if (decision.Operation == Operation.Verify) _audit.Verified(decision.TokenId, agent, address, decision.Outcome);
        else if (decision.Operation == Operation.Revoke) _audit.Revoked(decision.TokenId, agent, address, decision.Outcome);
        else _audit.Accepted(decision.TokenId, scopes, agent, address);
    }

    // IPv4 addresses in their usual form, even on a dual-stack socket, so that they match other logs.
    private static string Text(IPAddress? address) =>
        (address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address)?.ToString() ?? "an unknown address";
}
