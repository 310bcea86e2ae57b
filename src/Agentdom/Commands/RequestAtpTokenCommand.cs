using System.Management.Automation;
using System.Security;
using Agentdom.Completion;

namespace Agentdom.Commands;

/// <summary>Requests a token with the specified scopes from a host and stores it in a vault.</summary>
[Cmdlet(VerbsLifecycle.Request, "AtpToken")]
[OutputType(typeof(AtpToken))]
public sealed class RequestAtpTokenCommand : RequestingCmdlet
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
    public string? Purpose { get; set; }

    /// <summary>The secret shared with the provider. If null, the one stored in the vault is used, or the environment's.</summary>
    [Parameter]
    [NoPlainText]
    public SecureString? Secret { get; set; }

    /// <summary>The URL of the token endpoint. If specified, the manifest is not read.</summary>
    [Parameter]
    public Uri? Endpoint { get; set; }

    /// <summary>Other hosts that the manifest's endpoints and audience may name. The host itself is always allowed.</summary>
    [Parameter]
    public string[] TrustedEndpointHost { get; set; } = [];

    /// <summary>The agent id to use in place of this machine's: 1 to 256 characters.</summary>
    [Parameter]
    public override string? AgentId { get; set; }

    /// <summary>Returns the token without storing it in a vault.</summary>
    [Parameter]
    public SwitchParameter NoPersist { get; set; }

    /// <summary>Treats a grant of more scopes than requested, or for more than 24 hours, as an error and revokes it.</summary>
    [Parameter]
    public SwitchParameter Strict { get; set; }

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
            Limit = Strict ? GrantLimit.Strict : GrantLimit.None,
            Request = new TokenRequest(AgentId ?? Client.AgentId.Current().Value, Scope, Purpose ?? ""),
        };
        var store = NoPersist ? null : OpenStore(acquisition.Request.AgentId);
        var token = Request(acquisition, Secret, store, TimeoutSec);
        var excess = GrantExcess.Of(token);
        // Whoever reads it from the vault later expects the scopes that were requested, and each renewal would refuse these.
        if (excess?.Scopes.Count > 0) store = null;
        if (store is not null) Keep(store, token, TimeoutSec);
        if (excess is not null) WriteWarning(excess.Description + Fate(excess));
        WarnOfMissingScopes(token);
        // Nobody else has a token that was neither stored nor output.
        WriteObject(new AtpToken(token, store?.Vault.Name),
            ifUndelivered: store is null ? () => Network.TryRevoke(token.RevokeEndpoint, token.AccessToken) : null);
    }

    private string Fate(GrantExcess excess)
    {
        var strict = " Use -Strict to refuse such a token.";
        return excess.Scopes.Count == 0 || NoPersist
            ? strict
            : $" So that nothing else uses more than was asked for, the token was not stored and will not be renewed.{strict}";
    }
}
