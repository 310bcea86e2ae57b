using System.Management.Automation;
using System.Security;
using Agentdom.Completion;

namespace Agentdom.Commands;

/// <summary>Asks the issuer whether a token is good right now: the given one, or all that are stored for the host.</summary>
[Cmdlet(VerbsDiagnostic.Test, "AtpToken")]
[OutputType(typeof(AtpTokenStatus), typeof(bool))]
public sealed class TestAtpTokenCommand : VaultCmdlet
{
    /// <summary>The host.</summary>
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

    /// <summary>The scopes the stored token was requested for.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("ScopesRequested")]
    [ArgumentCompleter(typeof(TokenScopeCompleter))]
    public string[]? Scope { get; set; }

    /// <summary>Where to ask about the given token; else where the host's manifest says.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public Uri? VerifyEndpoint { get; set; }

    /// <summary>Host names beside the host's own that its endpoints may lie on.</summary>
    [Parameter]
    public string[] TrustedEndpointHost { get; set; } = [];

    /// <summary>Gives true or false: true where there is a token and the issuer calls every one good.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <summary>The seconds that all of it may take, retries and waits included.</summary>
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
        var tokens = OpenStore().Of(host, Scope);
        if (tokens.Count == 0 && !Quiet) throw TokenStore.NotFound(host, Scope);
        Give([.. tokens.Select(token => Ask(host, token))]);
    }

    private AtpTokenStatus Ask(AtpHost host, StoredToken token) => new(host.Name, Await(TimeoutSec,
        deadline => Session.Client.VerifyAsync(token.VerifyEndpoint, token.AccessToken, deadline)), token.ScopesRequested);

    private AtpTokenStatus Ask(AtpHost host, SecureString token) => new(host.Name, Await(TimeoutSec, async deadline =>
    {
        var endpoint = VerifyEndpoint
            ?? (await Session.Client.GetManifestAsync(host, TrustedEndpointHost, deadline).ConfigureAwait(false)).VerifyEndpoint;
        return await Session.Client.VerifyAsync(endpoint, SecureText.Reveal(token), deadline).ConfigureAwait(false);
    }), Scope);

    private void Give(AtpTokenStatus[] statuses)
    {
        if (Quiet) WriteObject(statuses.Length > 0 && Array.TrueForAll(statuses, static s => s.Valid));
        else WriteObject(statuses, enumerateCollection: true);
    }
}
