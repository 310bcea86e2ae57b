using System.Collections.Concurrent;
using System.Management.Automation;
using Agentdom.Core;
using Agentdom.Core.Client;
using Agentdom.Core.Renewal;
using Agentdom.Core.Vaults;

namespace Agentdom.Commands;

/// <summary>
/// With a host: a token that is good right now, renewed where it is near its end. Without one, or with a wildcard: what
/// is stored.
/// </summary>
[Cmdlet(VerbsCommon.Get, "AtpToken")]
[OutputType(typeof(AtpToken), typeof(string))]
public sealed class GetAtpTokenCommand : VaultCmdlet
{
    /// <summary>The host, or a wildcard such as *.example.com.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Host")]
    [SupportsWildcards]
    public string? HostName { get; set; }

    /// <summary>The scopes the token was requested for, where the host has several tokens.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("ScopesRequested")]
    public string[]? Scope { get; set; }

    /// <summary>How much of its life the token must have left; it is renewed where it has less.</summary>
    [Parameter]
    public TimeSpan MinimumValidity { get; set; }

    /// <summary>Gives what is stored, if it is still good, and asks nobody.</summary>
    [Parameter]
    public SwitchParameter NoRefresh { get; set; }

    /// <summary>Gives the token itself as plain text, for tools that take nothing else.</summary>
    [Parameter]
    public SwitchParameter AsPlainText { get; set; }

    /// <summary>The seconds that renewing may take, retries and waits included.</summary>
    [Parameter]
    [ValidateRange(1, 3600)]
    public int TimeoutSec { get; set; } = 60;

    /// <inheritdoc/>
    protected override object? Target => HostName;

    /// <inheritdoc/>
    protected override void Run()
    {
        var store = Store;
        if (HostName is null || WildcardPattern.ContainsWildcardCharacters(HostName))
        {
            var pattern = WildcardPattern.Get(HostName ?? "*", WildcardOptions.IgnoreCase);
            foreach (var token in store.All().Where(t => pattern.IsMatch(t.Host) && HasScopes(t))) Give(token, store);
            return;
        }
        var stored = store.FindOnly(AtpHost.Parse(HostName), Scope);
        var isDue = !NoRefresh && RenewalPolicy.IsDue(stored, DateTimeOffset.UtcNow, MinimumValidity);
        Give(isDue ? Renew(stored, store) : RequireGood(stored, null), store);
    }

    private StoredToken Renew(StoredToken stored, TokenStore store)
    {
        var renewer = new TokenRenewer(Session.Client, store, host => FindSecret(host), new RenewalOptions
        {
            MinimumValidity = MinimumValidity,
            Timeout = TimeSpan.FromSeconds(TimeoutSec),
        });
        var messages = new ConcurrentQueue<string>();
        var outcome = renewer.Renew([stored], messages.Enqueue, StopToken).Single();
        foreach (var message in messages) WriteVerbose(message);
        if (outcome.Failure is null) return outcome.Token;

        RequireGood(stored, outcome.Failure);
        WriteWarning($"The token for {stored} is still good but could not be renewed. {outcome.Failure.Message}");
        return stored;
    }

    private StoredToken RequireGood(StoredToken token, AtpException? renewalFailure)
    {
        var left = token.ExpiresAt - DateTimeOffset.UtcNow;
        if (left > TimeSpan.Zero && left >= MinimumValidity) return token;
        var state = left > TimeSpan.Zero
            ? $"The token for {token} ends in {left.TotalSeconds:0} seconds, sooner than -MinimumValidity allows"
            : $"The token for {token} ended at {token.ExpiresAt.LocalDateTime}";
        throw renewalFailure?.About(state + ", and renewing it failed") ?? new AtpException(AtpError.TokenExpired, $"{state}.",
            $"Leave -NoRefresh out to renew it, or get a new one with Request-AtpToken {token.Host} -Scope {string.Join(",", token.ScopesRequested)}.");
    }

    private bool HasScopes(StoredToken token) => Scope is null || token.IsFor(Scope);

    private void Give(StoredToken token, TokenStore store)
    {
        if (AsPlainText) WriteObject(token.AccessToken);
        else WriteObject(new AtpToken(token, store.Vault.Name));
    }
}
