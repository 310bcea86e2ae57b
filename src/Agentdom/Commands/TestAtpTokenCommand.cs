using System.Management.Automation;
using System.Security;
using Agentdom.Completion;

namespace Agentdom.Commands;

/// <summary>Asks the issuer whether the specified token, or each stored token of a host, is valid.</summary>
[Cmdlet(VerbsDiagnostic.Test, "AtpToken")]
[OutputType(typeof(AtpTokenStatus), typeof(bool))]
public sealed class TestAtpTokenCommand : TokenCmdlet
{
    /// <summary>The hosts, or wildcards such as <c>*.example.com</c>.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Host")]
    [ArgumentCompleter(typeof(TokenHostCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] HostName { get; set; } = null!;

    /// <summary>A token to ask about in place of the stored ones. It is sent to the issuer of one host only.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("AccessToken")]
    [NoPlainText]
    public SecureString? Token { get; set; }

    /// <summary>The scopes the token was requested for, in any order. If null, all stored tokens of the host are tested.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("ScopesRequested")]
    [ArgumentCompleter(typeof(TokenScopeCompleter))]
    public string[]? Scope { get; set; }

    /// <summary>The URL to send the token from -Token to. If null, the host's manifest provides it.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public Uri? VerifyEndpoint { get; set; }

    /// <summary>Other hosts that the manifest's endpoints and audience may name. The host itself is always allowed.</summary>
    [Parameter]
    public string[] TrustedEndpointHost { get; set; } = [];

    /// <summary>Returns true or false: true if there is at least one token and the issuer reports every token as valid.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <summary>The time limit for each token, in seconds (1 to 3600), including retries and waits.</summary>
    [Parameter]
    [ValidateRange(1, 3600)]
    public int TimeoutSec { get; set; } = 60;

    /// <inheritdoc/>
    protected override object? Target => HostName is { Length: 1 } ? HostName[0] : HostName;

    /// <inheritdoc/>
    protected override void Run()
    {
        // Whoever pipes a token in plain text must not find it in the message about a host.
        if (HostName.Any(IsToken)) throw NoPlainTextAttribute.Refusal();
        if (Token is not null)
        {
            Give([Ask(OnlyHost(), Token)], isComplete: true);
            return;
        }
        var store = OpenStore();
        var statuses = new List<AtpTokenStatus>();
        var isComplete = true;
        var isAnswered = ForEachHost(HostName, hosts =>
        {
            var tokens = Find(store, hosts, Scope);
            if (tokens.Count == 0 && !Quiet && hosts.Host is { } host) throw store.NotFound(host, Scope);
            isComplete &= tokens.Count > 0;
            foreach (var token in tokens)
            {
                try
                {
                    statuses.Add(Ask(token));
                }
                catch (AtpException e) when (tokens.Count > 1)
                {
                    isComplete = false;
                    Report(e, token.Host);
                }
            }
        });
        Give(statuses, isAnswered && isComplete);
    }

    private static bool IsToken(string text) =>
        text.Length > 60 && text.StartsWith("eyJ", StringComparison.Ordinal) && text.IndexOf('.') > 0;

    private AtpHost OnlyHost() => HostName.Length == 1 && new HostPattern(HostName[0]).Host is { } host ? host
        : throw new AtpException(AtpError.HostInvalid, "A token was given with several hosts, and it is sent to the issuer of one only.",
            "Name the one host that the token is for.");

    private AtpTokenStatus Ask(StoredToken token) => new(token.Host, Await(TimeoutSec,
        deadline => Network.VerifyAsync(token.VerifyEndpoint, token.AccessToken, deadline,
            token.IsEndpointGiven ? null : AtpHost.Parse(token.Host))), token.ScopesRequested);

    private AtpTokenStatus Ask(AtpHost host, SecureString token) => new(host.Name, Await(TimeoutSec, async deadline =>
    {
        var endpoint = VerifyEndpoint
            ?? (await Network.GetManifestAsync(host, TrustedEndpointHost, deadline).ConfigureAwait(false)).VerifyEndpoint;
        return await Network.VerifyAsync(endpoint, SecureText.Reveal(token), deadline, VerifyEndpoint is null ? host : null)
            .ConfigureAwait(false);
    }), Scope);

    private void Give(IReadOnlyCollection<AtpTokenStatus> statuses, bool isComplete)
    {
        if (Quiet) WriteObject(isComplete && statuses.All(static s => s.Valid));
        else WriteObject(statuses, enumerateCollection: true);
    }
}
