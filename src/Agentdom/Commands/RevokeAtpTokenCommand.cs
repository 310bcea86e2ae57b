using System.Management.Automation;
using Agentdom.Completion;
using Agentdom.Vaults;

namespace Agentdom.Commands;

/// <summary>
/// Revokes a host's tokens at the issuer, best effort, and always removes them from the vault. The tokens that they replaced are
/// revoked too.
/// </summary>
[Cmdlet(VerbsSecurity.Revoke, "AtpToken", SupportsShouldProcess = true, DefaultParameterSetName = "Host")]
[OutputType(typeof(AtpRevocation))]
public sealed class RevokeAtpTokenCommand : TokenCmdlet
{
    /// <summary>The hosts, by the same names as when the tokens were requested, or wildcards such as <c>*.example.com</c>.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Host", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Host")]
    [ArgumentCompleter(typeof(TokenHostCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] HostName { get; set; } = [];

    /// <summary>The scopes the token was requested for, in any order. If null, all stored tokens of the host are revoked.</summary>
    [Parameter(Position = 1, ParameterSetName = "Host", ValueFromPipelineByPropertyName = true)]
    [Alias("ScopesRequested")]
    [ArgumentCompleter(typeof(TokenScopeCompleter))]
    public string[]? Scope { get; set; }

    /// <summary>The name of a vault entry, for one that cannot be read. It is revoked if it can be read.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Entry")]
    [ValidateNotNullOrEmpty]
    public string EntryName { get; set; } = null!;

    /// <summary>The time limit for each token, in seconds (1 to 3600), including retries and waits.</summary>
    [Parameter]
    [ValidateRange(1, 3600)]
    public int TimeoutSec { get; set; } = 60;

    private bool IsByEntry => ParameterSetName == "Entry";

    private TimeSpan Limit => TimeSpan.FromSeconds(TimeoutSec);

    /// <inheritdoc/>
    protected override object? Target => IsByEntry ? EntryName : HostName is { Length: 1 } ? HostName[0] : HostName;

    /// <inheritdoc/>
    protected override void Run()
    {
        // The tokens must not be removed because of a proxy that cannot be used.
        _ = Network;
        if (IsByEntry) RevokeAll(null);
        else ForEachHost(HostName, RevokeAll);
    }

    /// <param name="hosts">The hosts, or null for the entry that is named.</param>
    private void RevokeAll(HostPattern? hosts)
    {
        var unreadable = new List<AtpException>();
        var store = OpenStore(unreadable.Add);
        var tokens = Find(store, hosts, unreadable);
        foreach (var token in tokens)
        {
            try
            {
                Revoke(store, token);
            }
            catch (AtpException e) when (tokens.Count > 1)
            {
                Report(e, token.Host);
            }
        }
        foreach (var failure in unreadable)
        {
            if (IsMeant(failure, hosts)) RemoveUnreadable(store, failure.SubjectEntry!.Value.Entry, hosts);
            else if (tokens.Count == 0) throw failure;
            else WriteWarning(CmdletAdvice.For(failure, this).Message);
        }
    }

    private IReadOnlyList<StoredToken> Find(TokenStore store, HostPattern? hosts, List<AtpException> unreadable)
    {
        IReadOnlyList<StoredToken> tokens = [];
        try
        {
            tokens = hosts is not null ? Find(store, hosts, Scope) : store.ReadEntry(TokenEntry()) is { } token ? [token] : [];
        }
        catch (AtpException e) when (TokenStore.IsOfOneEntry(e))
        {
            unreadable.Add(e);
        }
        if (tokens.Count > 0 || unreadable.Count > 0 || hosts is { Host: null }) return tokens;
        throw hosts is null
            ? NoEntry($"The vault '{store.Vault.Name}' has no entry {EntryName}.")
            : NothingFor(store.NotFound(hosts.Host!, Scope));
    }

    // To request a token is no advice for who wants none. Without a subject, the advice is about another host that has one.
    private static AtpException NothingFor(AtpException missing) => missing.Subject is null ? missing
        : new(missing.Error, missing.Happened, "Nothing to revoke.") { SubjectAgent = missing.SubjectAgent };

    private string TokenEntry() =>
        Client.EntryName.IsToken(EntryName) ? EntryName : throw NoEntry($"'{EntryName}' is not the name of a token's entry.");

    private static AtpException NoEntry(string happened) => new(AtpError.TokenNotFound, happened, "Use the name that the warning gave.");

    // Without scopes, an entry that cannot be read may belong to any agent.
    private bool IsMeant(AtpException failure, HostPattern? hosts) => failure.SubjectEntry is { } damaged && (hosts is null
        || (hosts.Host is { } host && failure.Error == AtpError.VaultEntryDamaged && Client.EntryName.IsTokenOf(host.Name, damaged.Entry)
            && (Scope is not null || AgentChoice.Of(AgentId) is null)));

    private void Revoke(TokenStore store, StoredToken token)
    {
        if (!ShouldProcess(token.ToString(), "Revoke token")) return;
        // Without the lock, a renewal in another process could store a new token after this one is revoked.
        using var entry = TokenLock.Acquire(token, Limit, StopToken);
        var current = store.Reread(token) ?? token;
        var all = current.WithEarlier(DateTimeOffset.UtcNow);
        var answers = Await(TimeoutSec, deadline => Task.WhenAll(all.Select(one => TryRevokeAsync(one, deadline))));
        var failed = answers.Where(static answer => answer.Failure is not null).ToList();
        WriteObject(new AtpRevocation(token.Host, token.ScopesRequested, failed.Count == 0, store.Remove(current)));
        if (failed.Count == 0) return;
        WriteWarning($"The issuer did not confirm the revocation, so {(failed.Count == 1 ? "a token" : $"{failed.Count} tokens")} for " +
            $"{token} may be valid until {TimeText.Moment(failed.Max(static answer => answer.Token.ExpiresAt))}; " +
            $"nothing of it is stored here any more. {failed[0].Failure!.Message}");
    }

    private async Task<(EarlierToken Token, AtpException? Failure)> TryRevokeAsync(EarlierToken token, Deadline deadline)
    {
        try
        {
            await Network.RevokeAsync(token.RevokeEndpoint, token.AccessToken, deadline).ConfigureAwait(false);
            return (token, null);
        }
        catch (AtpException e)
        {
            return (token, e);
        }
    }

    private void RemoveUnreadable(TokenStore store, string name, HostPattern? hosts)
    {
        if (!ShouldProcess(name, "Remove unreadable entry")) return;
        using var entry = CrossProcessLock.ForEntry(name, Limit, StopToken) ?? throw new AtpException(AtpError.TimedOut,
            $"Another process is using the entry {name} and did not finish in time.", "Try again.");
        WriteObject(new AtpRevocation(hosts?.Host?.Name ?? name, Scope ?? [], revokedAtIssuer: false, store.Vault.Remove(name)));
        WriteWarning($"The entry {name} could not be read, so its token was not revoked at the issuer. " +
            "If it was one, it may be valid until it expires.");
    }
}
