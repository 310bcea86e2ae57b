using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Extensions.Logging;

namespace Agentdom.AspNetCore;

/// <summary>Records every decision as an audit event, a counter and a duration.</summary>
internal sealed class IssuerTelemetry : IDisposable
{
    internal static readonly ActivitySource Source = new(AgentTokenDefaults.TelemetryName);

    // OpenTelemetry's default buckets are for milliseconds, so all decisions would fall into the first one.
    private static readonly InstrumentAdvice<double> s_buckets = new()
    {
        HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    };

    private readonly ILogger _audit;
    private readonly AuditBudget _budget;
    private readonly Counter<long> _decisions;
    private readonly Counter<long> _stateFailures;
    private readonly Histogram<double> _duration;

    public IssuerTelemetry(ILoggerFactory loggers, IMeterFactory meters, TimeProvider time)
    {
        _audit = loggers.CreateLogger(AuditLog.Category);
        _budget = new AuditBudget(_audit, time);
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
        if (IsVouchedFor(decision) || _budget.TryTake(address))
            Audit(decision, string.Join(' ', decision.Scopes), ClientNetwork.AddressText(address));
    }

    public void Dispose() => _budget.Dispose();

    // Strangers cannot cause these events. A signature vouches for none: who has captured a request can send it again and again.
    private static bool IsVouchedFor(Decision decision) => decision.TokenId is not null
        || (decision is { IsRefusal: false, AgentId: not null, Operation: Operation.ManagedList or Operation.ManagedRevoke });

    private void Audit(Decision decision, string scopes, string address)
    {
        var (agent, operation) = (decision.AgentId, decision.Operation);
        if (decision.IsRefusal)
        {
            if (agent is null) _audit.RefusedStranger(operation, address, decision.Outcome);
            else if (scopes.Length == 0) _audit.Refused(operation, agent, address, decision.Outcome);
            else _audit.Refused(operation, agent, scopes, address, decision.Outcome);
            return;
        }
        switch (operation)
        {
            case Operation.Mint:
                if (scopes.Length == 0) _audit.Issued(decision.TokenId, agent, address);
                else _audit.Issued(decision.TokenId, scopes, agent, address);
                break;
            case Operation.Verify or Operation.Introspect:
                if (decision.TokenId is { } verified) _audit.Verified(verified, agent, address, decision.Outcome);
                else _audit.VerifiedNone(address, decision.Outcome);
                break;
            case Operation.Revoke:
                if (decision.TokenId is { } revoked) _audit.Revoked(revoked, agent, address, decision.Outcome);
                else _audit.RevokedNone(address, decision.Outcome);
                break;
            case Operation.ManagedIssue or Operation.ManagedRotate:
                if (decision.Label is { } label)
                    _audit.IssuedManaged(operation, decision.TokenId, decision.ManagedId, scopes, agent, label, address);
                else
                    _audit.IssuedManaged(operation, decision.TokenId, decision.ManagedId, scopes, agent, address);
                break;
            case Operation.ManagedRevoke:
                if (decision.TokenId is { } ended)
                    _audit.RevokedManaged(ended, decision.ManagedId, agent, address, decision.Outcome);
                else
                    _audit.RevokedNoneManaged(decision.ManagedId, agent, address, decision.Outcome);
                break;
            case Operation.ManagedList:
                _audit.ListedManaged(agent, address);
                break;
            case Operation.Accept when decision.Outcome == Decision.AcceptedUnchecked:
                if (scopes.Length == 0) _audit.AcceptedUnchecked(decision.TokenId, agent, address);
                else _audit.AcceptedUnchecked(decision.TokenId, scopes, agent, address);
                break;
            default:
                if (scopes.Length == 0) _audit.Accepted(decision.TokenId, agent, address);
                else _audit.Accepted(decision.TokenId, scopes, agent, address);
                break;
        }
    }
}
