using System.Management.Automation;
using System.Security;
using Agentdom.Completion;

namespace Agentdom;

/// <summary>The base of cmdlets that use a token for a call: a stored one, or with -NoPersist one for the call alone.</summary>
public abstract class CallTokenCmdlet : GettingCmdlet
{
    // Not the tokens, so that the cmdlet can be created without the libraries.
    private readonly List<Action> _revocations = [];

    /// <summary>The scopes that the API requires. Without them, the host must have exactly one stored token.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ScopeCompleter))]
    public string[]? Scope { get; set; }

    /// <summary>What a requested token is for, as shown in the issuer's audit log. At most 1024 characters.</summary>
    [Parameter]
    [AllowEmptyString]
    public string? Purpose { get; set; }

    /// <summary>The secret shared with the provider. If null, the one stored in the vault is used, or the environment's.</summary>
    [Parameter]
    [NoPlainText]
    public SecureString? Secret { get; set; }

    /// <summary>The agent id to use in place of this machine's: 1 to 256 characters.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(AgentIdCompleter))]
    public override string? AgentId { get; set; }

    // Not from the pipeline, whose objects are bodies.
    /// <inheritdoc/>
    [Parameter]
    [ArgumentCompleter(typeof(VaultCompleter))]
    public override string? Vault { get; set; }

    /// <summary>Requests a token for this call alone and revokes it afterwards. No stored token is used.</summary>
    [Parameter]
    public SwitchParameter NoPersist { get; set; }

    /// <summary>Other hosts that the manifest's endpoints and audience may name. The host itself is always allowed.</summary>
    [Parameter]
    public string[]? TrustedEndpointHost { get; set; }

    private protected override SecureString? GivenSecret => Secret;

    private protected override string? GivenPurpose => Purpose;

    private protected override string[]? GivenTrust => TrustedEndpointHost;

    /// <summary>The token for a call.</summary>
    /// <param name="host">The host.</param>
    /// <param name="store">Where tokens are stored, or null for one that is not stored.</param>
    private protected StoredToken TokenFor(AtpHost host, TokenStore? store) =>
        store is null ? RequestUnstored(host) : GetOrRequest(host, Scope, store);

    /// <summary>A new token in place of a refused one. Null, with a warning, if there is none.</summary>
    private protected StoredToken? TryReplace(AtpHost host, StoredToken refused, TokenStore? store)
    {
        try
        {
            return store is null ? RequestUnstored(host) : Replace(host, refused, store);
        }
        catch (AtpException e)
        {
            WriteWarning($"{host} refused the token, and it could not be replaced. {CmdletAdvice.For(e, this).Message}");
            return null;
        }
    }

    /// <summary>Revokes the tokens that were requested and not stored.</summary>
    private protected void RevokeUnstored()
    {
        foreach (var revoke in _revocations) revoke();
        _revocations.Clear();
    }

    private StoredToken RequestUnstored(AtpHost host)
    {
        if (Scope is null)
            throw new AtpException(AtpError.ScopeInvalid, "A token that is not stored has to be requested, and no scopes are given.",
                "Name the scopes that the API requires.");
        var token = RequestNew(host, Scope, store: null);
        _revocations.Add(() => Network.TryRevoke(token.RevokeEndpoint, token.AccessToken));
        return token;
    }
}
