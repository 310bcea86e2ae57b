using System.Diagnostics;

namespace Agentdom.AspNetCore;

/// <summary>One decision, from the request to the outcome.</summary>
/// <param name="operation">One of <see cref="Operation"/>.</param>
internal sealed class Decision(string operation) : IDisposable
{
    internal string Operation => operation;

    internal long Began { get; } = Stopwatch.GetTimestamp();

    internal Activity? Activity { get; } = IssuerTelemetry.Source.StartActivity("agentdom." + operation);

    internal string Outcome { get; private set; } = "";

    internal bool IsRefusal { get; private set; }

    internal string? AgentId { get; private set; }

    internal IReadOnlyList<string> Scopes { get; private set; } = [];

    internal string? TokenId { get; private set; }

    internal IssuerStateException? StateFailure { get; private set; }

    internal Decision Is(IssuerReply reply)
    {
        (Outcome, IsRefusal, StateFailure) = (reply.Outcome, reply.Status >= 400, reply.StateFailure);
        (AgentId, Scopes, TokenId) = (reply.AgentId, reply.Scopes, reply.TokenId);
        return this;
    }

    internal Decision IsAccepted(AgentToken token)
    {
        (Outcome, AgentId, Scopes, TokenId) = ("accepted", token.AgentId, token.Scopes, token.TokenId);
        return this;
    }

    internal Decision IsRefused(string outcome, string? agentId = null, IssuerStateException? stateFailure = null)
    {
        (Outcome, IsRefusal, AgentId, StateFailure) = (outcome, true, agentId, stateFailure);
        return this;
    }

    public void Dispose() => Activity?.Dispose();
}
