using System.Net;
using System.Text;

namespace Agentdom.Issuer;

/// <summary>
/// The endpoints of a <see cref="LoopbackServer"/>: the issuer's, its manifest, and <c>/whoami</c>, which requires a valid token
/// and returns its content.
/// </summary>
internal sealed class LoopbackEndpoints(TokenIssuer issuer, TokenIssuerOptions options)
{
    private const string Tokens = "/v1/agent-tokens";
    private const string Bearer = "Bearer";

    /// <param name="request">The request, whose body has not been read.</param>
    internal ValueTask<LoopbackAnswer> AnswerAsync(HttpListenerRequest request) => request.Url?.AbsolutePath switch
    {
        Tokens => PostAsync(request, TokenIssuer.MaxRequestBytes, issuer.MintAsync),
        Tokens + "/verify" => PostAsync(request, TokenIssuer.MaxTokenBodyBytes, issuer.VerifyAsync),
        Tokens + "/revoke" => PostAsync(request, TokenIssuer.MaxTokenBodyBytes, issuer.RevokeAsync),
        ManifestFields.Path => GetAsync(request, Manifest),
        "/whoami" => GetAsync(request, WhoAmIAsync),
        _ => new(LoopbackAnswer.Empty(404)),
    };

    private static async ValueTask<LoopbackAnswer> PostAsync(
        HttpListenerRequest request, int maxBytes, Func<byte[], CancellationToken, ValueTask<IssuerReply>> answer)
    {
        if (request.HttpMethod != "POST") return LoopbackAnswer.Empty(405, "Allow", "POST");
        var length = request.ContentLength64 < 0 ? (long?)null : request.ContentLength64;
        var (body, refusal) = await RequestBody.ReadAsync(
            request.InputStream, request.ContentType, length, maxBytes, CancellationToken.None).ConfigureAwait(false);
        return LoopbackAnswer.Of(refusal ?? await answer(body, CancellationToken.None).ConfigureAwait(false));
    }

    private static ValueTask<LoopbackAnswer> GetAsync(
        HttpListenerRequest request, Func<HttpListenerRequest, ValueTask<LoopbackAnswer>> answer) =>
        request.HttpMethod is "GET" or "HEAD" ? answer(request) : new(LoopbackAnswer.Empty(405, "Allow", "GET, HEAD"));

    // The endpoints are on the request's host, localhost or 127.0.0.1, because agents refuse endpoints on another name.
    private ValueTask<LoopbackAnswer> Manifest(HttpListenerRequest request)
    {
        var endpoint = request.Url!.GetLeftPart(UriPartial.Authority) + Tokens;
        var auth = IssuerManifest.Auth(options, endpoint, endpoint + "/verify", endpoint + "/revoke");
        return new(new LoopbackAnswer(200, IssuerManifest.Write(request.Url.Authority, auth)));
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
}
