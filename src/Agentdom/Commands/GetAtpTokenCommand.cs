using System.Collections.Concurrent;
using System.Management.Automation;
using Agentdom.Completion;

namespace Agentdom.Commands;

/// <summary>
/// With a host, gets a valid token and renews it first if it is due. Without a host, or with a wildcard, lists the stored
/// tokens.
/// </summary>
[Cmdlet(VerbsCommon.Get, "AtpToken")]
[OutputType(typeof(AtpToken), typeof(string))]
public sealed class GetAtpTokenCommand : TokenCmdlet
{
    // A token with more time left than s_comfort can still be used, so a slow renewal must not delay the script beyond s_patience.
    private static readonly TimeSpan s_comfort = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <summary>The hosts, or wildcards such as <c>*.example.com</c>. If null, all stored tokens are listed.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Host")]
    [ArgumentCompleter(typeof(TokenHostCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? HostName { get; set; }

    /// <summary>The scopes the token was requested for. Required if the host has several tokens.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("ScopesRequested")]
    [ArgumentCompleter(typeof(TokenScopeCompleter))]
    public string[]? Scope { get; set; }

    /// <summary>How long the token must remain valid. A token with less time left is renewed.</summary>
    [Parameter]
    [PlainMinutes]
    public TimeSpan MinimumValidity { get; set; }

    /// <summary>Returns the stored token without renewal, if it is still valid.</summary>
    [Parameter]
    public SwitchParameter NoRefresh { get; set; }

    /// <summary>Returns the token as plain text, for tools that accept nothing else. It is masked in the log of a CI pipeline.</summary>
    [Parameter]
    public SwitchParameter AsPlainText { get; set; }

    /// <summary>The time limit for renewal, in seconds (1 to 3600), including retries and waits.</summary>
    [Parameter]
    [ValidateRange(1, 3600)]
    public int TimeoutSec { get; set; } = 60;

    /// <inheritdoc/>
    protected override object? Target => HostName is { Length: 1 } ? HostName[0] : HostName;

    /// <inheritdoc/>
    protected override void Run()
    {
        var store = OpenStore();
        ForEachHost(HostName ?? [AnyHost], hosts =>
        {
            if (hosts.Host is { } host) Give(Valid(host, store), store);
            else List(hosts, store);
        });
    }

    private void List(HostPattern hosts, TokenStore store)
    {
        // Whoever forgets the host gets no list of tokens in plain text, and no promise that is not kept.
        if (AsPlainText) throw NeedsHost("-AsPlainText returns the text of a token");
        if (MyInvocation.BoundParameters.ContainsKey(nameof(MinimumValidity)))
            throw NeedsHost("-MinimumValidity renews a token");
        foreach (var token in store.All().Where(t => hosts.Fits(t.Host) && HasScopes(t))) Give(token, store);
    }

    private static AtpException NeedsHost(string what) => new(AtpError.HostInvalid,
        $"{what} only for a host that is named, and a list of tokens was asked for.", "Name the host. Get-AtpToken lists them.");

    private StoredToken Valid(AtpHost host, TokenStore store)
    {
        var stored = store.FindOnly(host, Scope);
        var isDue = RenewalPolicy.IsDue(stored, DateTimeOffset.UtcNow, MinimumValidity);
        TellLeft(stored, isDue);
        return isDue && !NoRefresh ? Renew(stored, store) : RequireValid(stored, null);
    }

    private StoredToken Renew(StoredToken stored, TokenStore store)
    {
        var hasTime = Left(stored) > s_comfort && Left(stored) >= MinimumValidity;
        var failure = hasTime ? FailedRenewals.Recent(stored) : null;
        if (failure is null)
        {
            var outcome = Ask(stored, store, hasTime);
            if (outcome.Failure is null)
            {
                if (outcome.IsRenewed) WarnOfExcess(outcome.Token);
                return RequireValid(outcome.Token, null);
            }
            failure = outcome.Failure;
            FailedRenewals.Remember(stored, failure);
        }
        RequireValid(stored, failure);
        WriteWarning($"The token for {stored} is still valid but could not be renewed. {CmdletAdvice.For(failure, this).Message}");
        return stored;
    }

    private RenewalOutcome Ask(StoredToken stored, TokenStore store, bool hasTime)
    {
        var limit = TimeSpan.FromSeconds(TimeoutSec);
        if (hasTime && limit > s_patience) limit = s_patience;
        var messages = new ConcurrentQueue<string>();
        using var bar = NewBar();
        var renewer = new TokenRenewer(Network, store, host => FindSecret(host), new RenewalOptions
        {
            MinimumValidity = MinimumValidity,
            Timeout = limit,
            WaitForOthers = !hasTime,
            WhileWaiting = () => bar.Show($"Renewing the token for {stored}", limit),
        });
        var outcome = renewer.Renew([stored], messages.Enqueue, StopToken).Single();
        foreach (var message in messages) WriteVerbose(message);
        return outcome;
    }

    private static TimeSpan Left(StoredToken token) => token.ExpiresAt - DateTimeOffset.UtcNow;

    private StoredToken RequireValid(StoredToken token, AtpException? renewalFailure)
    {
        var left = Left(token);
        if (left > TimeSpan.Zero && left >= MinimumValidity) return token;
        var state = left > TimeSpan.Zero
            ? $"The token for {token} expires in {TimeText.Span(left)}, sooner than -MinimumValidity allows"
            : $"The token for {token} expired at {TimeText.Moment(token.ExpiresAt)}";
        throw renewalFailure?.About(state + ", and renewing it failed") ?? new AtpException(AtpError.TokenExpired, $"{state}.",
            NoRefresh
                ? $"Omit -NoRefresh to renew it, or get a new one with Request-AtpToken {token.Host} -Scope "
                    + $"{string.Join(",", token.ScopesRequested)}."
                : "The issuer's tokens do not live longer: lower -MinimumValidity.");
    }

    private bool HasScopes(StoredToken token) => Scope is null || token.IsFor(Scope);

    private void Give(StoredToken token, TokenStore store)
    {
        if (AsPlainText) WritePlainText(token.AccessToken);
        else WriteObject(new AtpToken(token, store.Vault.Name));
    }
}
