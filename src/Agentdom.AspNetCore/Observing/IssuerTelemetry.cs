using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Extensions.Logging;

namespace Agentdom.AspNetCore;

/// <summary>Makes every decision seen: an audit event, a count and a duration, and a span of a trace.</summary>
internal sealed class IssuerTelemetry
{
    internal static readonly ActivitySource Source = new(AgentTokenDefaults.TelemetryName);

    // OpenTelemetry's own buckets are for milliseconds: all decisions would fall into the first.
    private static readonly InstrumentAdvice<double> s_buckets = new()
    {
        HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    };

    private readonly ILogger _audit;
    private readonly ILogger _log;
    private readonly Counter<long> _decisions;
    private readonly Counter<long> _stateFailures;
    private readonly Histogram<double> _duration;

    public IssuerTelemetry(ILoggerFactory loggers, IMeterFactory meters)
    {
        _audit = loggers.CreateLogger(AuditLog.Category);
        _log = loggers.CreateLogger(IssuerLog.Category);
        // The factory's to dispose of.
        var meter = meters.Create(AgentTokenDefaults.TelemetryName);
        _decisions = meter.CreateCounter<long>("agentdom.issuer.decisions", "{decision}", "Decisions, by operation and outcome.");
        _stateFailures = meter.CreateCounter<long>(
            "agentdom.issuer.state.failures", "{failure}", "Decisions that the state's failing left open.");
        _duration = meter.CreateHistogram(
            "agentdom.issuer.duration", "s", "Time that a decision took, by operation and outcome.", tags: null, s_buckets);
    }

    internal void Record(Decision decision, IPAddress? address)
    {
        // Agents are no tag of a metric: there is no end to them.
        var tags = new TagList { { "operation", decision.Operation }, { "outcome", decision.Outcome } };
        _decisions.Add(1, tags);
        _duration.Record(Stopwatch.GetElapsedTime(decision.Began).TotalSeconds, tags);
        if (decision.StateFailure is { } failure)
        {
            _stateFailures.Add(1, tags);
            // The message only: what a store's own exception holds is not ours to publish.
            _log.StateUnavailable(failure.Message);
        }

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

    // As firewalls and other logs write it, also where one socket serves both families.
    private static string Text(IPAddress? address) =>
        (address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address)?.ToString() ?? "an unknown address";
}
