using System.Management.Automation;
using System.Runtime.ExceptionServices;
using System.Security;
using Agentdom.Completion;
using Agentdom.Web;

namespace Agentdom;

/// <summary>
/// The base of the cmdlets that call one of the session's web cmdlets with the token of the address's host. They have that
/// cmdlet's parameters beside their own.
/// </summary>
public abstract class WebCmdlet : GettingCmdlet, IDynamicParameters
{
    // Not the tokens, so that the cmdlet can be created without the libraries.
    private readonly List<Action> _revocations = [];

    /// <summary>The address. It must use https; only loopback hosts may use http.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public Uri Uri { get; set; } = null!;

    /// <summary>The scopes that the API requires. Without them, the host must have exactly one stored token.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ScopeCompleter))]
    public string[]? Scope { get; set; }

    /// <summary>What a requested token is for, as shown in the issuer's audit log. At most 1024 characters.</summary>
    [Parameter]
    [AllowEmptyString]
    public string Purpose { get; set; } = "";

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
    public string[] TrustedEndpointHost { get; set; } = [];

    /// <inheritdoc/>
    protected override object? Target => Uri.OriginalString;

    /// <summary>The name of the session's cmdlet.</summary>
    private protected abstract string Original { get; }

    private protected override SecureString? GivenSecret => Secret;

    private protected override string? GivenPurpose => IsBound(nameof(Purpose)) ? Purpose : null;

    // The limit is for each request, as it is for the session's cmdlet. 0 is no limit there.
    private protected override int TimeLimit =>
        (Bound("ConnectionTimeoutSeconds") ?? Bound("TimeoutSec")) is int and > 0 and var seconds
            ? Math.Min(seconds, 3600) : base.TimeLimit;

    private protected override AtpClient Network => Bound("NoProxy") is { } direct && LanguagePrimitives.IsTrue(direct)
        ? Session.DirectClient : base.Network;

    private protected override string[]? GivenTrust => IsBound(nameof(TrustedEndpointHost)) ? TrustedEndpointHost : null;

    /// <summary>The parameters of the session's cmdlet.</summary>
    public object? GetDynamicParameters() => WebCommand.Find(Original, InvokeCommand)?.Parameters(OwnParameters.Of(GetType()));

    /// <inheritdoc/>
    protected override void Run()
    {
        var host = AtpHost.Of(Uri);
        var command = WebCommand.Find(Original, InvokeCommand) ?? throw new CommandNotFoundException($"{Original} is not available.");
        using var temporary = new TemporaryVariables(SessionState.PSVariable);
        var call = new WebCall(command, OwnParameters.Without(GetType(), MyInvocation.BoundParameters), SessionState.PSVariable, temporary)
        {
            Address = Uri,
        };
        var store = NoPersist ? null : OpenStore();
        try
        {
            var token = store is null ? RequestOnce(host) : GetOrRequest(host, Scope, store);
            if (call.IsSet("FollowRelLink")) SendAll(call, host, token, store);
            else Send(call, host, token, store);
        }
        finally
        {
            foreach (var revoke in _revocations) revoke();
            _revocations.Clear();
        }
    }

    // The session's cmdlet would not send the token with each page, or would send it to whatever host a link names.
    private void SendAll(WebCall call, AtpHost host, StoredToken token, TokenStore? store)
    {
        var links = call.TakeOverLinks();
        for (var page = 1; Send(call, host, token, store) && page < links; page++)
        {
            Deliver();
            if (call.NextPage() is not { } next) return;
            if (AtpHost.Of(next) is var other && !host.Equals(other))
                throw new AtpException(AtpError.EndpointForeign,
                    $"The next page is on another host than {host}, {other}, so nothing was sent there.",
                    "If the provider confirms that it is theirs, call that host separately.");
            WriteVerbose($"Following the link to {next}.");
            call.Address = next;
            if (store is not null) token = GetOrRequest(host, Scope, store);
        }
    }

    private bool Send(WebCall call, AtpHost host, StoredToken token, TokenStore? store)
    {
        var answer = call.Send(token.AccessToken, out var isRefused);
        // A stored token is replaced for the next call too.
        if (isRefused && !RefusedTokens.Contains(token) && (store is not null || call.CanRepeat)
            && TryReplace(host, token, store) is { } other && call.CanRepeat)
        {
            foreach (var message in answer.Records.Where(static r => r?.BaseObject is InformationalRecord or InformationRecord))
                WriteRecord(message);
            WriteVerbose($"{host} refused the token, so the request is sent again with a new one.");
            answer = call.Send(other.AccessToken, out isRefused);
            if (isRefused) RefusedTokens.Add(other);
        }
        Show(answer);
        return answer.Failure is null;
    }

    private StoredToken? TryReplace(AtpHost host, StoredToken refused, TokenStore? store)
    {
        try
        {
            return store is null ? RequestOnce(host) : Replace(host, refused, store);
        }
        catch (AtpException e)
        {
            WriteWarning($"{host} refused the token, and it could not be replaced. {CmdletAdvice.For(e, this).Message}");
            return null;
        }
    }

    private StoredToken RequestOnce(AtpHost host)
    {
        if (Scope is null)
            throw new AtpException(AtpError.ScopeInvalid, "A token that is not stored has to be requested, and no scopes are given.",
                "Name the scopes that the API requires.");
        var token = RequestNew(host, Scope, store: null);
        _revocations.Add(() => Network.TryRevoke(token.RevokeEndpoint, token.AccessToken));
        return token;
    }

    private void Show(WebAnswer answer)
    {
        foreach (var record in answer.Records) WriteRecord(record);
        if (answer.Failure is not { } failure) return;
        // The call has no place in the caller's script.
        if (failure.ErrorRecord.InvocationInfo is { } invocation) invocation.DisplayScriptPosition = MyInvocation.DisplayScriptPosition;
        ThrowLater(ExceptionDispatchInfo.Capture(failure));
    }

    private bool IsBound(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);

    private object? Bound(string parameter) => MyInvocation.BoundParameters.TryGetValue(parameter, out var value) ? value : null;
}
