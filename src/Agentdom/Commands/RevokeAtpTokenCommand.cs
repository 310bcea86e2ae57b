using System.Management.Automation;
using Agentdom.Completion;

namespace Agentdom.Commands;

/// <summary>Revokes a host's tokens at the issuer, best effort, and always removes them from the vault.</summary>
[Cmdlet(VerbsSecurity.Revoke, "AtpToken", SupportsShouldProcess = true)]
[OutputType(typeof(AtpRevocation))]
public sealed class RevokeAtpTokenCommand : VaultCmdlet
{
    /// <summary>The host, by the same name as when the token was requested.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Host")]
    [ArgumentCompleter(typeof(TokenHostCompleter))]
    [ValidateNotNullOrEmpty]
    public string HostName { get; set; } = null!;

    /// <summary>The scopes the token was requested for, in any order. If null, all stored tokens of the host are revoked.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("ScopesRequested")]
    [ArgumentCompleter(typeof(TokenScopeCompleter))]
    public string[]? Scope { get; set; }

    /// <summary>The time limit for each token, in seconds (1 to 3600), including retries and waits.</summary>
    [Parameter]
    [ValidateRange(1, 3600)]
    public int TimeoutSec { get; set; } = 60;

    /// <inheritdoc/>
    protected override object? Target => HostName;

    /// <inheritdoc/>
    protected override void Run()
    {
        var host = AtpHost.Parse(HostName);
        var store = OpenStore();
        var tokens = store.Of(host, Scope);
        if (tokens.Count == 0) throw TokenStore.NotFound(host, Scope);
        foreach (var token in tokens)
        {
            if (!ShouldProcess(token.ToString(), "Revoke token")) continue;
            // Without the lock, a renewal in another process could store a new token after this one is revoked.
            using var entry = TokenLock.Acquire(token, TimeSpan.FromSeconds(TimeoutSec), StopToken);
            var current = store.Reread(token) ?? token;
            var revoked = RevokeAtIssuer(current);
            WriteObject(new AtpRevocation(token.Host, token.ScopesRequested, revoked, store.Remove(current)));
        }
    }

    private bool RevokeAtIssuer(StoredToken token)
    {
        try
        {
            return Await(TimeoutSec, async deadline =>
            {
                await Session.Client.RevokeAsync(token.RevokeEndpoint, token.AccessToken, deadline).ConfigureAwait(false);
                return true;
            });
        }
        catch (AtpException e)
        {
            WriteWarning($"The issuer did not confirm the revocation, so the token for {token} may be valid until " +
                $"{token.ExpiresAt.LocalDateTime}; it is no longer stored here. {e.Message}");
            return false;
        }
    }
}
