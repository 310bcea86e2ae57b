using System.Management.Automation;
using System.Security;
using Agentdom.Completion;

namespace Agentdom.Commands;

/// <summary>Asks a host for a token with just the given scopes, and keeps it in a vault.</summary>
[Cmdlet(VerbsLifecycle.Request, "AtpToken")]
[OutputType(typeof(AtpToken))]
public sealed class RequestAtpTokenCommand : VaultCmdlet
{
    /// <summary>The host, such as api.example.com or localhost:5001.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Host")]
    [ArgumentCompleter(typeof(HostCompleter))]
    [ValidateNotNullOrEmpty]
    public string HostName { get; set; } = null!;

    /// <summary>The scopes the script needs, and no more.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("ScopesRequested")]
    [ArgumentCompleter(typeof(ScopeCompleter))]
    public string[] Scope { get; set; } = null!;

    /// <summary>What the token is for, as the issuer's audit will show it.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string Purpose { get; set; } = "";

    /// <summary>The secret shared with the provider; else the environment's is used.</summary>
    [Parameter]
    [NoPlainText]
    public SecureString? Secret { get; set; }

    /// <summary>The token endpoint, where the host's manifest is not to be asked.</summary>
    [Parameter]
    public Uri? Endpoint { get; set; }

    /// <summary>Host names beside the host's own that its endpoints may lie on.</summary>
    [Parameter]
    public string[] TrustedEndpointHost { get; set; } = [];

    /// <summary>An id to use in place of this machine's.</summary>
    [Parameter]
    public string? AgentId { get; set; }

    /// <summary>Keeps the token in no vault.</summary>
    [Parameter]
    public SwitchParameter NoPersist { get; set; }

    /// <summary>The seconds that all of it may take, retries and waits included.</summary>
    [Parameter]
    [ValidateRange(1, 3600)]
    public int TimeoutSec { get; set; } = 60;

    /// <inheritdoc/>
    protected override object? Target => HostName;

    /// <inheritdoc/>
    protected override void Run()
    {
        var acquisition = new TokenAcquisition
        {
            Host = AtpHost.Parse(HostName),
            Endpoint = Endpoint,
            TrustedEndpointHosts = TrustedEndpointHost,
            Request = new TokenRequest(AgentId ?? Client.AgentId.Current().Value, Scope, Purpose),
        };
        using var secret = FindSecret(acquisition.Host, Secret);
        var store = NoPersist ? null : OpenStore();
        // Before anything is asked for: a token that cannot be kept would be left lying at the issuer.
        if (store is not null) EnsureWritable(store.Vault);

        var token = Await(TimeoutSec, deadline => acquisition.RunAsync(Session.Client, secret, deadline));
        if (store is not null) Keep(store, token);
        if (!token.ScopesRequested.All(token.ScopesGranted.Contains))
            WriteWarning($"{token.Host} granted only these scopes: {string.Join(" ", token.ScopesGranted)}.");
        WriteObject(new AtpToken(token, store?.Vault.Name));
    }

    private void Keep(TokenStore store, StoredToken token)
    {
        try
        {
            store.Save(token);
        }
        catch (AtpException)
        {
            WriteWarning(Session.Client.TryRevoke(token.RevokeEndpoint, token.AccessToken)
                ? "The token could not be kept, so it was revoked."
                : $"The token could not be kept, and revoking it failed too: it may be good until {token.ExpiresAt.LocalDateTime}.");
            throw;
        }
    }
}
