using System.Collections;
using System.Management.Automation;
using System.Net;

namespace Agentdom.Web;

/// <summary>A call of a web cmdlet with the caller's parameters, which can be sent with one token after the other.</summary>
internal sealed class WebCall
{
    private const string Authorization = "Authorization";

    private readonly WebCommand _command;
    private readonly Dictionary<string, object?> _parameters;
    private readonly PSVariableIntrinsics _variables;
    private readonly TemporaryVariables _temporary;
    private readonly bool _isOutputWanted = true;

    /// <param name="command">The command.</param>
    /// <param name="parameters">Its parameters, without a token. They are changed.</param>
    /// <param name="variables">The caller's variables.</param>
    /// <param name="temporary">The variables that only this call needs.</param>
    /// <exception cref="AtpException">The caller has an Authorization header of its own.</exception>
    internal WebCall(
        WebCommand command, Dictionary<string, object?> parameters, PSVariableIntrinsics variables, TemporaryVariables temporary)
    {
        (_command, _parameters, _variables, _temporary) = (command, parameters, variables, temporary);
        if (HasAuthorization(Given("Headers")) || HasAuthorization(HeadersOf(Given("WebSession"))))
            throw new AtpException(AtpError.PlainTextRefused, "The headers contain an Authorization header, which the token would replace.",
                "Omit that header, or use the command without Atp in its name.");
        if (!IsSet("SkipHttpErrorCheck")) return;
        if (_command.Has("StatusCodeVariable")) UseVariable("StatusCodeVariable");
        else if (_parameters.ContainsKey("OutFile") && !IsSet("PassThru"))
        {
            // Only its output says what the status was.
            _parameters["PassThru"] = true;
            _isOutputWanted = false;
        }
    }

    /// <summary>Whether the call can be sent twice. A stream is read only once, and a 401 would replace a file that is resumed.</summary>
    internal bool CanRepeat => Given("Body") is not (Stream or HttpContent) && !(IsSet("Resume") && IsSet("SkipHttpErrorCheck"));

    /// <summary>The address.</summary>
    internal Uri Address { get; set; } = null!;

    /// <summary>Whether a switch is set.</summary>
    internal bool IsSet(string parameter) => Given(parameter) is { } value && LanguagePrimitives.IsTrue(value);

    /// <summary>Prepares for <see cref="NextPage"/>, so that the command itself follows no links.</summary>
    /// <returns>How many pages the caller wants.</returns>
    internal int TakeOverLinks()
    {
        var pages = Given("MaximumFollowRelLink") as int? ?? int.MaxValue;
        _parameters.Remove("FollowRelLink");
        _parameters.Remove("MaximumFollowRelLink");
        UseVariable("ResponseHeadersVariable");
        if (Given("WebSession") is null) UseVariable("SessionVariable");
        return pages;
    }

    /// <summary>The address of the page after the one that was sent last, or null. It is to be sent in the same session.</summary>
    internal Uri? NextPage()
    {
        if (ValueOf("SessionVariable") is { } session)
        {
            _parameters.Remove("SessionVariable");
            _parameters["WebSession"] = session;
        }
        // It became the query of the first page, and the link has the query of the next one.
        if (IsRead) _parameters.Remove("Body");
        return Web.NextPage.Of(ValueOf("ResponseHeadersVariable"), Address);
    }

    /// <summary>Sends the call.</summary>
    /// <param name="token">The token.</param>
    /// <param name="isRefused">Whether the host answered 401.</param>
    internal WebAnswer Send(string token, out bool isRefused)
    {
        var parameters = With(token);
        try
        {
            var answer = _command.Run(parameters, _variables);
            ErrorVariable.RemoveErrorsOf(answer, _variables);
            isRefused = answer.IsTokenRefused || IsStatusUnauthorized;
            return TokenTraces.Remove(answer, token, _isOutputWanted);
        }
        finally
        {
            // An error contains the parameters.
            if (!_command.TakesToken) ((IDictionary)parameters["Headers"]!).Remove(Authorization);
            // The cmdlets store it there for each later call, to whatever host.
            (HeadersOf(Given("WebSession")) ?? HeadersOf(ValueOf("SessionVariable")))?.Remove(Authorization);
        }
    }

    // Whether the request reads and has no content.
    private bool IsRead => Given("CustomMethod") is null && Given("Form") is null && Given("InFile") is null
        && Given("Body") is null or IDictionary && $"{Given("Method")}" is "" or "Default" or "Get" or "Head";

    // With that switch, Invoke-RestMethod gives no response, only its status. Another host that it redirected to may have answered,
    // after this one has executed the request, so a request that changes something is not sent again.
    private bool IsStatusUnauthorized => IsRead && IsSet("SkipHttpErrorCheck") && ValueOf("StatusCodeVariable") is { } status
        && LanguagePrimitives.TryConvertTo<int>(status, out var code) && code == (int)HttpStatusCode.Unauthorized;

    private object? Given(string parameter) =>
        _parameters.TryGetValue(parameter, out var value) ? (value as PSObject)?.BaseObject ?? value : null;

    // The variable that the caller named, or one of this call's own.
    private void UseVariable(string parameter)
    {
        if (!_parameters.ContainsKey(parameter)) _parameters[parameter] = _temporary.Add();
    }

    private object? ValueOf(string parameter) =>
        Given(parameter) is string name && _variables.GetValue(name) is { } value ? (value as PSObject)?.BaseObject ?? value : null;

    private Dictionary<string, object?> With(string token)
    {
        var all = new Dictionary<string, object?>(_parameters) { ["Uri"] = Address };
        // The preference of the caller decides what happens to an error when it is written again.
        if (_command.Has("ErrorAction")) all["ErrorAction"] = ActionPreference.Continue;
        if (Address.IsLoopback)
        {
            // The token must not leave this machine.
            all.Remove("Proxy");
            all.Remove("ProxyCredential");
            if (_command.Has("NoProxy")) all["NoProxy"] = true;
        }
        if (_command.TakesToken)
        {
            all["Authentication"] = "Bearer";
            all["Token"] = SecureText.Protect(token);
            if (Address.Scheme == "http") all["AllowUnencryptedAuthentication"] = true;
            if (_command.Has("PreserveAuthorizationOnRedirect")) all["PreserveAuthorizationOnRedirect"] = false;
            return all;
        }
        var headers = new Hashtable(StringComparer.OrdinalIgnoreCase);
        if (Given("Headers") is IDictionary given)
        {
            foreach (DictionaryEntry header in given) headers[header.Key] = header.Value;
        }
        headers[Authorization] = $"Bearer {token}";
        all["Headers"] = headers;
        if (_command.Has("MaximumRedirection")) all["MaximumRedirection"] = 0;
        return all;
    }

    private static bool HasAuthorization(object? headers) => headers is IDictionary all
        && all.Keys.Cast<object>().Any(static key => Authorization.Equals($"{key}".Trim(), StringComparison.OrdinalIgnoreCase));

    private static IDictionary? HeadersOf(object? session) =>
        session is null ? null : PSObject.AsPSObject(session).Properties["Headers"]?.Value as IDictionary;
}
