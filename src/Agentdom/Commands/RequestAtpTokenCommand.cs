using System.Management.Automation;
using System.Security;
using Agentdom.Completion;

namespace Agentdom.Commands;

/// <summary>Requests a token with the specified scopes from a host and stores it in a vault.</summary>
[Cmdlet(VerbsLifecycle.Request, "AtpToken")]
[OutputType(typeof(AtpToken))]
public sealed class RequestAtpTokenCommand : VaultCmdlet
{
    /// <summary>The host, such as <c>api.example.com</c> or <c>localhost:5001</c>, without a path.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Host")]
    [ArgumentCompleter(typeof(HostCompleter))]
    [ValidateNotNullOrEmpty]
    public string HostName { get; set; } = null!;

    /// <summary>The scopes to request: 1 to 64, each with 1 to 128 printable ASCII characters.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("ScopesRequested")]
    [ArgumentCompleter(typeof(ScopeCompleter))]
    public string[] Scope { get; set; } = null!;

    /// <summary>What the token is for, as shown in the issuer's audit log. At most 1024 characters.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string Purpose { get; set; } = "";

    /// <summary>The secret shared with the provider. If null, the environment's is used, or the one stored in the vault.</summary>
    [Parameter]
    [NoPlainText]
    public SecureString? Secret { get; set; }

    /// <summary>The URL of the token endpoint. If specified, the manifest is not read.</summary>
    [Parameter]
    public Uri? Endpoint { get; set; }

    /// <summary>Other hosts that the endpoints in the manifest may be on. The host itself and its subdomains are always allowed.</summary>
    [Parameter]
    public string[] TrustedEndpointHost { get; set; } = [];

    /// <summary>The agent id to use in place of this machine's: 1 to 256 characters.</summary>
    [Parameter]
    public string? AgentId { get; set; }

    /// <summary>Returns the token without storing it in a vault.</summary>
    [Parameter]
    public SwitchParameter NoPersist { get; set; }

    /// <summary>The time limit for each host, in seconds (1 to 3600), including retries and waits.</summary>
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
        // Checked before the request, because a token that cannot be stored would stay valid at the issuer with no one to use it.
        if (store is not null) EnsureWritable(store.Vault);

        var token = Await(TimeoutSec, deadline => acquisition.RunAsync(Session.Client, secret, deadline));
        if (store is not null) Keep(store, token);
        if (!token.ScopesRequested.All(token.ScopesGranted.Contains))
            WriteWarning($"{token.Host} granted only these scopes: {string.Join(" ", token.ScopesGranted)}.");
        // Nobody else has a token that was neither stored nor output.
        WriteObject(new AtpToken(token, store?.Vault.Name),
            ifUndelivered: store is null ? () => Session.Client.TryRevoke(token.RevokeEndpoint, token.AccessToken) : null);
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
                ? "The token could not be stored, so it was revoked."
                : $"The token could not be stored, and revoking it failed too. It may be valid until {token.ExpiresAt.LocalDateTime}.");
            throw;
        }
    }
}
