using System.Diagnostics;

namespace Agentdom.AspNetCore;

/// <summary>One decision, from the request to the outcome.</summary>
/// <param name="operation">One of <see cref="Operation"/>.</param>
internal sealed class Decision(string operation) : IDisposable
{
    /// <summary>The outcome for a token that was accepted although its issuer could not be asked about it.</summary>
    internal const string AcceptedUnchecked = "accepted_unchecked";

    private readonly Activity? _activity = IssuerTelemetry.Source.StartActivity("agentdom." + operation);

    internal string Operation => operation;

    internal long Began { get; } = Stopwatch.GetTimestamp();

    internal string Outcome { get; private set; } = "";

    internal bool IsRefusal { get; private set; }

    /// <summary>The agent's id without control characters, or null if none was proved.</summary>
    internal string? AgentId { get; private set; }

    internal IReadOnlyList<string> Scopes { get; private set; } = [];

    internal string? TokenId { get; private set; }

    /// <summary>The id under which the agent manages the token, without control characters, or null.</summary>
    internal string? ManagedId { get; private set; }

    /// <summary>What the agent calls itself, cut and without control characters, or null.</summary>
    internal string? Label { get; private set; }

    internal IssuerStateException? StateFailure { get; private set; }

    internal Decision Is(IssuerReply reply)
    {
        (Outcome, IsRefusal, StateFailure) = (reply.Outcome, reply.Status >= 400, reply.StateFailure);
        (AgentId, Scopes, TokenId) = (Line(reply.AgentId), reply.Scopes, reply.TokenId);
        ManagedId = reply.ManagedId is { } id ? Printable.Excerpt(id) : null;
        Label = reply.Label is { } label ? Printable.Excerpt(label) : null;
        return Tagged();
    }

    internal Decision IsAccepted(AgentToken token, bool isUnchecked)
    {
        var outcome = isUnchecked ? AcceptedUnchecked : "accepted";
        (Outcome, AgentId, Scopes, TokenId) = (outcome, Line(token.AgentId), token.Scopes, token.TokenId);
        return Tagged();
    }

    internal Decision IsRefused(
        string outcome, string? agentId = null, IReadOnlyList<string>? scopes = null, IssuerStateException? stateFailure = null)
    {
        (Outcome, IsRefusal, AgentId, Scopes, StateFailure) = (outcome, true, Line(agentId), scopes ?? [], stateFailure);
        return Tagged();
    }

    public void Dispose() => _activity?.Dispose();

    private Decision Tagged()
    {
        _activity?.SetTag("agentdom.outcome", Outcome);
        _activity?.SetTag("agentdom.agent_id", AgentId);
        _activity?.SetTag("agentdom.scopes", string.Join(' ', Scopes));
        if (IsRefusal) _activity?.SetStatus(ActivityStatusCode.Error, Outcome);
        return this;
    }

    private static string? Line(string? agentId) => agentId is null ? null : Printable.Line(agentId);
}
