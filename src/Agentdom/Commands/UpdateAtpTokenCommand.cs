using System.Collections.Concurrent;
using System.Management.Automation;
using Agentdom.Completion;

namespace Agentdom.Commands;

/// <summary>Renews stored tokens that are due, in parallel. Returns the renewed tokens, and writes one error for each failure.</summary>
[Cmdlet(VerbsData.Update, "AtpToken", DefaultParameterSetName = "Host")]
[OutputType(typeof(AtpToken))]
public sealed class UpdateAtpTokenCommand : TokenCmdlet
{
    // Collected until all input is read, so that tokens from the pipeline are renewed in parallel too. Keyed by entry name.
    private readonly List<Choice> _chosen = [];

    private readonly HashSet<string> _reported = new(StringComparer.Ordinal);

    /// <summary>The hosts, or wildcards such as <c>*.example.com</c>.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Host", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Host")]
    [ArgumentCompleter(typeof(TokenHostCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] HostName { get; set; } = [];

    /// <summary>The scopes the token was requested for, in any order. If null, all stored tokens of the hosts are renewed.</summary>
    [Parameter(ParameterSetName = "Host", ValueFromPipelineByPropertyName = true)]
    [Alias("ScopesRequested")]
    [ArgumentCompleter(typeof(TokenScopeCompleter))]
    public string[]? Scope { get; set; }

    /// <summary>Renews the tokens of all hosts.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "All")]
    public SwitchParameter All { get; set; }

    /// <summary>Renews tokens even if they are not due.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>How long a token must remain valid. A token with less time left counts as due.</summary>
    [Parameter]
    [PlainMinutes]
    public TimeSpan MinimumValidity { get; set; }

    /// <summary>Treats a token that is valid for more than 24 hours as an error and revokes it, as with additional scopes.</summary>
    [Parameter]
    public SwitchParameter Strict { get; set; }

    /// <summary>The maximum number of parallel requests (1 to 64).</summary>
    [Parameter]
    [ValidateRange(1, 64)]
    public int ThrottleLimit { get; set; } = 8;

    /// <summary>The time limit for each token, in seconds (1 to 3600), including retries and waits.</summary>
    [Parameter]
    [ValidateRange(1, 3600)]
    public int TimeoutSec { get; set; } = 60;

    private protected override bool WorksAtEnd => true;

    /// <inheritdoc/>
    protected override void Run()
    {
        var store = OpenStore(ReportOnce);
        var known = _chosen.Find(c => c.Store.Vault == store.Vault)?.Tokens;
        if (known is null) _chosen.Add(new(store, known = new Dictionary<string, StoredToken>(StringComparer.Ordinal)));
        foreach (var name in All ? new string?[] { null } : HostName)
        {
            var hosts = new HostPattern(name);
            var found = Find(store, hosts, Scope);
            if (found.Count == 0 && hosts.Host is not null) Report(store.NotFound(hosts.Host, Scope), name);
            foreach (var token in found) known[token.EntryName] = token;
        }
    }

    // Each name that is given lists the vault again.
    private void ReportOnce(AtpException unreadable)
    {
        if (_reported.Add(unreadable.Message)) Report(unreadable, null);
    }

    /// <inheritdoc/>
    protected override void Finish()
    {
        foreach (var choice in _chosen) Renew(choice.Store, [.. choice.Tokens.Values]);
    }

    private void Give(StoredToken renewed, TokenStore store)
    {
        WriteObject(new AtpToken(renewed, store.Vault.Name));
        WarnOfExcess(renewed);
    }

    private void Renew(TokenStore store, List<StoredToken> tokens)
    {
        var messages = new ConcurrentQueue<string>();
        var done = 0;
        using var bar = NewBar();
        var renewer = new TokenRenewer(Network, store, host => Session.FindSecret(null, host, () => store.Vault), new RenewalOptions
        {
            Force = Force,
            MinimumValidity = MinimumValidity,
            Strict = Strict,
            ThrottleLimit = ThrottleLimit,
            Timeout = TimeSpan.FromSeconds(TimeoutSec),
            WhileWaiting = ShowProgress,
        });
        foreach (var outcome in renewer.Renew(tokens, messages.Enqueue, StopToken))
        {
            done++;
            ShowProgress();
            if (outcome.Failure is not null) Report(outcome.Failure.About(outcome.Token.ToString()), outcome.Token.Host);
            else if (outcome.IsRenewed) Give(outcome.Token, store);
            else TellLeft(outcome.Token, isDue: false);
        }

        void ShowProgress()
        {
            while (messages.TryDequeue(out var message)) WriteVerbose(message);
            bar.Show($"{done} of {tokens.Count} done", percent: done * 100 / tokens.Count);
        }
    }

    // A class, so that the cmdlet can be created without the libraries: LoadedVersion reports it if their files are gone.
    private sealed class Choice(TokenStore store, Dictionary<string, StoredToken> tokens)
    {
        internal TokenStore Store => store;

        internal Dictionary<string, StoredToken> Tokens => tokens;
    }
}
