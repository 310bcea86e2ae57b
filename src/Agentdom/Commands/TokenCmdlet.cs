using System.Management.Automation;
using Agentdom.Completion;
using Agentdom.Vaults;

namespace Agentdom;

/// <summary>The base of cmdlets that use the stored tokens of an agent.</summary>
public abstract class TokenCmdlet : IssuerCmdlet
{
    /// <summary>The id of the agent that the tokens belong to, or <c>*</c> for any agent. If null, it is this process's own.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(AgentIdCompleter))]
    public virtual string? AgentId { get; set; }

    private protected const string AnyHost = "*";

    /// <summary>Does the work for each host or wildcard. A failure of one of several is an error of its own.</summary>
    /// <returns>Whether none failed.</returns>
    private protected bool ForEachHost(string[] names, Action<HostPattern> work)
    {
        var failures = 0;
        foreach (var name in names)
        {
            try
            {
                work(new HostPattern(name));
            }
            catch (AtpException e) when (names.Length > 1)
            {
                failures++;
                Report(e, name);
            }
        }
        return failures == 0;
    }

    /// <summary>The tokens of a host, or of the hosts that a wildcard matches.</summary>
    private protected static IReadOnlyList<StoredToken> Find(TokenStore store, HostPattern hosts, string[]? scopes) =>
        hosts.Host is { } host
            ? store.Of(host, scopes)
            : [.. store.All().Where(t => hosts.Fits(t.Host) && (scopes is null || t.IsFor(scopes)))];

    /// <summary>Says in a verbose message how long a token is still valid.</summary>
    private protected void TellLeft(StoredToken token, bool isDue)
    {
        var left = token.ExpiresAt - DateTimeOffset.UtcNow;
        var time = left > TimeSpan.Zero ? $"{TimeText.Span(left)} left" : $"expired {TimeText.Span(-left)} ago";
        WriteVerbose($"{token}: {time}, {(isDue ? "due" : "not due")}.");
    }

    private protected TokenStore OpenStore(Action<AtpException>? onUnreadable = null) => OpenStore(AgentChoice.Of(AgentId), onUnreadable);
}
