using System.Net;
using System.Text;

namespace Agentdom.Issuer;

/// <summary>
/// The endpoints of a <see cref="LoopbackServer"/>: the issuer's, its manifest, and <c>/whoami</c>, which requires a valid token
/// and returns its content.
/// </summary>
/// <param name="issuer">The issuer.</param>
/// <param name="options">Its options.</param>
/// <param name="tlsPort">The port that clients use over https, or null if they use the listener's over http.</param>
internal sealed class LoopbackEndpoints(TokenIssuer issuer, TokenIssuerOptions options, int? tlsPort = null)
{
    private const string Tokens = "/v1/agent-tokens";
    private const string Bearer = "Bearer";

    /// <param name="request">The request, whose body has not been read.</param>
    internal ValueTask<LoopbackAnswer> AnswerAsync(HttpListenerRequest request) => request.Url?.AbsolutePath switch
    {
        Tokens => PostAsync(request, TokenIssuer.MaxRequestBytes, json: issuer.MintAsync),
        Tokens + "/verify" => PostAsync(request, TokenIssuer.MaxTokenBodyBytes, issuer.VerifyAsync, issuer.IntrospectAsync),
        Tokens + "/introspect" => PostAsync(request, TokenIssuer.MaxTokenBodyBytes, form: issuer.IntrospectAsync),
        Tokens + "/revoke" => PostAsync(request, TokenIssuer.MaxTokenBodyBytes, issuer.RevokeAsync, issuer.RevokeFormAsync),
        ManifestFields.Path => GetAsync(request, Manifest),
        "/whoami" => GetAsync(request, WhoAmIAsync),
        _ => new(LoopbackAnswer.Empty(404)),
    };

    private static async ValueTask<LoopbackAnswer> PostAsync(
        HttpListenerRequest request, int maxBytes, Answer? json = null, Answer? form = null)
    {
        if (request.HttpMethod != "POST") return LoopbackAnswer.Empty(405, "Allow", "POST");
        var isForm = json is null || (form is not null && RequestBody.Is(request.ContentType, RequestBody.Form));
        var length = request.ContentLength64 < 0 ? (long?)null : request.ContentLength64;
        var (body, refusal) = await RequestBody.ReadAsync(
            request.InputStream, request.ContentType, isForm ? RequestBody.Form : RequestBody.Json, length, maxBytes,
            CancellationToken.None).ConfigureAwait(false);
        return LoopbackAnswer.Of(refusal ?? await (isForm ? form! : json!)(body, CancellationToken.None).ConfigureAwait(false));
    }

    private static ValueTask<LoopbackAnswer> GetAsync(
        HttpListenerRequest request, Func<HttpListenerRequest, ValueTask<LoopbackAnswer>> answer) =>
        request.HttpMethod is "GET" or "HEAD" ? answer(request) : new(LoopbackAnswer.Empty(405, "Allow", "GET, HEAD"));

    // The endpoints are on the request's host, localhost or 127.0.0.1, because agents refuse endpoints on another name.
    private ValueTask<LoopbackAnswer> Manifest(HttpListenerRequest request)
    {
        var origin = tlsPort is { } port ? new UriBuilder("https", request.Url!.Host, port).Uri : request.Url!;
        var endpoint = origin.GetLeftPart(UriPartial.Authority) + Tokens;
        var auth = IssuerManifest.Auth(options, endpoint, endpoint + "/verify", endpoint + "/revoke");
        return new(new LoopbackAnswer(200, IssuerManifest.Write(origin.Authority, auth)));
    }

    private async ValueTask<LoopbackAnswer> WhoAmIAsync(HttpListenerRequest request)
    {
        const string challenge = "WWW-Authenticate";
        var header = request.Headers["Authorization"];
        // RFC 6750 §3.1: no error code if no token was presented.
        if (header?.StartsWith(Bearer + " ", StringComparison.OrdinalIgnoreCase) != true)
            return LoopbackAnswer.Empty(401, challenge, Bearer);
        AgentToken? token;
        try
        {
            token = await issuer.ReadTokenAsync(header.Substring(Bearer.Length).Trim()).ConfigureAwait(false);
        }
        catch (IssuerStateException e)
        {
            return LoopbackAnswer.Of(IssuerReply.Unavailable(e));
        }
        if (token is null) return LoopbackAnswer.Empty(401, challenge, Bearer + " error=\"invalid_token\"");
        var json = CanonicalJson.FromValue(new Dictionary<string, object?>
        {
            ["agent_id"] = token.AgentId,
            ["scopes"] = token.Scopes,
            ["purpose"] = token.Purpose,
            ["expires_at"] = token.ExpiresAtText,
        });
        return new LoopbackAnswer(200, Encoding.UTF8.GetBytes(json));
    }

    private delegate ValueTask<IssuerReply> Answer(byte[] body, CancellationToken cancel);
}
