using System.Management.Automation;
using System.Runtime.ExceptionServices;
using Agentdom.Web;

namespace Agentdom;

/// <summary>
/// The base of the cmdlets that call one of the session's web cmdlets with the token of the address's host. They have that
/// cmdlet's parameters beside their own.
/// </summary>
public abstract class WebCmdlet : CallTokenCmdlet, IDynamicParameters
{
    /// <summary>The address. It must use https; only loopback hosts may use http.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public Uri Uri { get; set; } = null!;

    /// <inheritdoc/>
    protected override object? Target => Uri.OriginalString;

    /// <summary>The name of the session's cmdlet.</summary>
    private protected abstract string Original { get; }

    // The limit is for each request, as it is for the session's cmdlet. 0 is no limit there.
    private protected override int TimeLimit =>
        (Bound("ConnectionTimeoutSeconds") ?? Bound("TimeoutSec")) is int and > 0 and var seconds
            ? Math.Min(seconds, 3600) : base.TimeLimit;

    private protected override bool UsesNoProxy => Bound("NoProxy") is { } noProxy && LanguagePrimitives.IsTrue(noProxy);

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
            var token = TokenFor(host, store);
            if (call.IsSet("FollowRelLink")) SendAll(call, host, token, store);
            else Send(call, host, token, store);
        }
        finally
        {
            RevokeUnstored();
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
            if (store is not null) token = TokenFor(host, store);
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

    private void Show(WebAnswer answer)
    {
        foreach (var record in answer.Records) WriteRecord(record);
        if (answer.Failure is not { } failure) return;
        // The call has no place in the caller's script.
        if (failure.ErrorRecord.InvocationInfo is { } invocation) invocation.DisplayScriptPosition = MyInvocation.DisplayScriptPosition;
        ThrowLater(ExceptionDispatchInfo.Capture(failure));
    }

    private object? Bound(string parameter) => MyInvocation.BoundParameters.TryGetValue(parameter, out var value) ? value : null;
}
