using System.Management.Automation;
using System.Security;
using Agentdom.Completion;

namespace Agentdom.Commands;

/// <summary>Asks the issuer whether the specified token, or each stored token of a host, is valid.</summary>
[Cmdlet(VerbsDiagnostic.Test, "AtpToken")]
[OutputType(typeof(AtpTokenStatus), typeof(bool))]
public sealed class TestAtpTokenCommand : TokenCmdlet
{
    /// <summary>The host, such as <c>api.example.com</c> or <c>localhost:5001</c>, without a path.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Host")]
    [ArgumentCompleter(typeof(TokenHostCompleter))]
    [ValidateNotNullOrEmpty]
    public string HostName { get; set; } = null!;

    /// <summary>A token to ask about in place of the stored ones.</summary>
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
    protected override object? Target => HostName;

    /// <inheritdoc/>
    protected override void Run()
    {
        var host = AtpHost.Parse(HostName);
        if (Token is not null)
        {
            Give([Ask(host, Token)]);
            return;
        }
        var store = OpenStore();
        var tokens = store.Of(host, Scope);
        if (tokens.Count == 0 && !Quiet) throw store.NotFound(host, Scope);
        Give([.. tokens.Select(token => Ask(host, token))]);
    }

    private AtpTokenStatus Ask(AtpHost host, StoredToken token) => new(host.Name, Await(TimeoutSec,
        deadline => Session.Client.VerifyAsync(
            token.VerifyEndpoint, token.AccessToken, deadline, token.IsEndpointGiven ? null : host)), token.ScopesRequested);

    private AtpTokenStatus Ask(AtpHost host, SecureString token) => new(host.Name, Await(TimeoutSec, async deadline =>
    {
        var endpoint = VerifyEndpoint
            ?? (await Session.Client.GetManifestAsync(host, TrustedEndpointHost, deadline).ConfigureAwait(false)).VerifyEndpoint;
        return await Session.Client.VerifyAsync(endpoint, SecureText.Reveal(token), deadline, VerifyEndpoint is null ? host : null)
            .ConfigureAwait(false);
    }), Scope);

    private void Give(AtpTokenStatus[] statuses)
    {
        if (Quiet) WriteObject(statuses.Length > 0 && Array.TrueForAll(statuses, static s => s.Valid));
        else WriteObject(statuses, enumerateCollection: true);
    }
}
