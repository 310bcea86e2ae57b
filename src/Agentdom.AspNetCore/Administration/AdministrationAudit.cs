using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Agentdom.AspNetCore;

/// <summary>Writes an audit event for each change to a registered agent and for each refused one.</summary>
internal sealed class AdministrationAudit(IHttpContextAccessor requests, ILoggerFactory loggers)
{
    /// <summary>Who changes an agent if there is no request.</summary>
    internal const string Code = "(code)";

    private readonly ILogger _audit = loggers.CreateLogger(AuditLog.Category);

    /// <param name="change">One of <see cref="AgentChange"/>.</param>
    /// <param name="agentId">The agent's id.</param>
    /// <param name="scopes">The agent's scopes after the change.</param>
    internal void Changed(string change, string agentId, IReadOnlyList<string> scopes)
    {
        var (by, address) = Caller();
        _audit.Changed(change, Printable.Line(agentId), string.Join(' ', scopes), by, address);
    }

    /// <param name="change">One of <see cref="AgentChange"/>.</param>
    /// <param name="agentId">The agent's id, or null if the request could not be read.</param>
    /// <param name="outcome">One of <see cref="AdministrationOutcome"/>.</param>
    internal void Refused(string change, string? agentId, string outcome)
    {
        var (by, address) = Caller();
        if (agentId is null) _audit.ChangeRefused(change, by, address, outcome);
        else _audit.ChangeRefused(change, Printable.Excerpt(agentId), by, address, outcome);
    }

    private (string By, string Address) Caller()
    {
        if (requests.HttpContext is not { } request) return (Code, "(none)");
        var name = request.User.Identity switch
        {
            { IsAuthenticated: true, Name: { Length: > 0 } known } => Printable.Excerpt(known),
            { IsAuthenticated: true } => "(no name)",
            _ => "(anonymous)",
        };
        return (name, ClientNetwork.AddressText(request.Connection.RemoteIpAddress));
    }
}
