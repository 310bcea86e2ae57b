using System.Collections;
using System.Management.Automation;
using Agentdom.Completion;

namespace Agentdom.Commands;

/// <summary>
/// With a host, gets a valid token and renews it first if it is due. Without a host, or with a wildcard, lists the stored
/// tokens.
/// </summary>
[Cmdlet(VerbsCommon.Get, "AtpToken", DefaultParameterSetName = "Stored")]
[OutputType(typeof(AtpToken), typeof(string), typeof(Hashtable))]
public sealed class GetAtpTokenCommand : GettingCmdlet
{
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

    /// <summary>
    /// Requests a token if none is stored, and replaces a stored one that the issuer reports as invalid. Needs a host, and the scopes
    /// if a token has to be requested.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = "Request")]
    public SwitchParameter RequestIfMissing { get; set; }

    /// <summary>What a requested token is for, as shown in the issuer's audit log. At most 1024 characters.</summary>
    [Parameter(ParameterSetName = "Request")]
    [AllowEmptyString]
    public string? Purpose { get; set; }

    /// <summary>Returns the token as plain text, for tools that accept nothing else. It is masked in the log of a CI pipeline.</summary>
    [Parameter]
    public SwitchParameter AsPlainText { get; set; }

    /// <summary>
    /// Returns a hashtable with the header Authorization, for commands and clients that take headers. It contains the token as plain
    /// text, which is masked in the log of a CI pipeline.
    /// </summary>
    [Parameter]
    public SwitchParameter AsHeader { get; set; }

    /// <summary>The time limit for renewal, in seconds (1 to 3600), including retries and waits.</summary>
    [Parameter]
    [ValidateRange(1, 3600)]
    public int TimeoutSec { get; set; } = 60;

    /// <inheritdoc/>
    protected override object? Target => HostName is { Length: 1 } ? HostName[0] : HostName;

    private protected override TimeSpan Validity => MinimumValidity;

    private protected override int TimeLimit => TimeoutSec;

    private protected override bool RenewsNothing => NoRefresh;

    private protected override string? GivenPurpose => Purpose;

    /// <inheritdoc/>
    protected override void Run()
    {
        if (AsPlainText && AsHeader) throw new PSArgumentException("-AsPlainText and -AsHeader return different things. Use one of them.");
        var store = OpenStore();
        ForEachHost(HostName ?? [AnyHost], hosts =>
        {
            if (hosts.Host is not { } host) List(hosts, store);
            else Give(RequestIfMissing ? GetAccepted(host, store) : RenewIfDue(store.FindOnly(host, Scope), store), store);
        });
    }

    private void List(HostPattern hosts, TokenStore store)
    {
        // Whoever forgets the host gets no list of tokens in plain text, and no promise that is not kept.
        if (AsPlainText) throw NeedsHost("-AsPlainText returns the text of a token");
        if (AsHeader) throw NeedsHost("-AsHeader returns the text of a token");
        if (RequestIfMissing) throw NeedsHost("-RequestIfMissing requests a token");
        if (MyInvocation.BoundParameters.ContainsKey(nameof(MinimumValidity)))
            throw NeedsHost("-MinimumValidity renews a token");
        foreach (var token in store.All().Where(t => hosts.Fits(t.Host) && HasScopes(t))) Give(token, store);
    }

    private static AtpException NeedsHost(string what) => new(AtpError.HostInvalid,
        $"{what} only for a host that is named, and a list of tokens was asked for.", "Name the host. Get-AtpToken lists them.");

    private StoredToken GetAccepted(AtpHost host, TokenStore store)
    {
        if (NoRefresh) return FindStored(host, Scope, store) is { } stored ? RenewIfDue(stored, store) : RequestNew(host, Scope!, store);
        var start = DateTimeOffset.UtcNow;
        var token = GetOrRequest(host, Scope, store);
        var isNew = token.IssuedAt >= start;
        return isNew || IsAccepted(host, token) ? token : RequireValid(Replace(host, token, store), null);
    }

    // After the issuer's key has changed, a token is invalid before it expires.
    private bool IsAccepted(AtpHost host, StoredToken token)
    {
        try
        {
            var limit = Math.Min(TimeLimit, (int)s_patience.TotalSeconds);
            return Await(limit, deadline => Network.VerifyAsync(
                token.VerifyEndpoint, token.AccessToken, deadline, token.IsEndpointGiven ? null : host)).IsValid;
        }
        catch (AtpException e)
        {
            WriteWarning($"The token for {token} has not expired, but {host} could not be asked whether it is valid. "
                + CmdletAdvice.For(e, this).Message);
            return true;
        }
    }

    private bool HasScopes(StoredToken token) => Scope is null || token.IsFor(Scope);

    private void Give(StoredToken token, TokenStore store)
    {
        if (AsHeader) WritePlainText(token.AccessToken, new Hashtable { ["Authorization"] = $"Bearer {token.AccessToken}" });
        else if (AsPlainText) WritePlainText(token.AccessToken);
        else WriteObject(new AtpToken(token, store.Vault.Name));
    }
}
