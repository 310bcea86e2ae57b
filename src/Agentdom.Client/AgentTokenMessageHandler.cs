using System.Net;
using System.Net.Http.Headers;

namespace Agentdom.Client;

/// <summary>
/// Adds a bearer token from an <see cref="AgentTokenSource"/> to each request of an <see cref="HttpClient"/>. If the answer is
/// 401, the token is dropped and the request is retried once with a new token. The retry needs a body that can be sent twice:
/// none, one of known length up to 1 MiB, or <c>JsonContent</c>. Otherwise, or if there is no new token or it is refused too,
/// the caller gets the 401. After a refused retry, no further token is requested because of a 401 for 30 seconds.
/// </summary>
/// <remarks>
/// If there is no token, or the token is not for the request's address, <see cref="AtpException"/> is thrown and nothing is
/// sent. It is not an <see cref="HttpRequestException"/>, so retry policies do not handle it: the source has already retried.
/// A redirect is followed without the token.
/// </remarks>
public sealed class AgentTokenMessageHandler : DelegatingHandler
{
    private readonly AgentTokenSource _source;

    /// <summary>Creates a handler. The caller sets its inner handler. Any number of handlers may share a source.</summary>
    /// <param name="source">The source of the tokens.</param>
    public AgentTokenMessageHandler(AgentTokenSource source) => _source = source ?? throw new ArgumentNullException(nameof(source));

    /// <inheritdoc/>
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        RunAsync(request, base.SendAsync, cancellationToken);

#if NET
    /// <inheritdoc/>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) =>
        RunAsync(request, (r, cancel) => Task.FromResult(base.Send(r, cancel)), cancellationToken).GetAwaiter().GetResult();
#endif

    private async Task<HttpResponseMessage> RunAsync(
        HttpRequestMessage request, Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> send, CancellationToken cancel)
    {
        _source.RequireAddress(request.RequestUri);
        var token = await _source.GetTokenAsync(cancel).ConfigureAwait(false);
        var isReplayable = await ReplayableContent.PrepareAsync(request.Content).ConfigureAwait(false);

        var (response, isRefused) = await SendWithAsync(token).ConfigureAwait(false);
        if (!isRefused || !_source.Drop(token, willRetry: isReplayable) || !isReplayable) return response;
        try
        {
            token = await _source.GetTokenAsync(cancel).ConfigureAwait(false);
        }
        catch (AtpException)
        {
            // This request has its answer. The next one throws.
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
        response.Dispose();
        (response, isRefused) = await SendWithAsync(token).ConfigureAwait(false);
        if (isRefused) _source.RefusedAgain();
        return response;

        async Task<(HttpResponseMessage Response, bool IsRefused)> SendWithAsync(string accessToken)
        {
            var (address, before) = (request.RequestUri, request.Headers.Authorization);
            var bearer = new AuthenticationHeaderValue("Bearer", accessToken);
            request.Headers.Authorization = bearer;
            try
            {
                var answer = await send(request, cancel).ConfigureAwait(false);
                // The runtime's handlers follow a redirect by changing the request and removing the header. The server that
                // answered never saw the token, and the request's new address must not get it.
                var wasRedirected = request.RequestUri != address || !ReferenceEquals(request.Headers.Authorization, bearer);
                return (answer, answer.StatusCode == HttpStatusCode.Unauthorized && !wasRedirected);
            }
            finally
            {
                // So that a request that is logged later contains no token.
                request.Headers.Authorization = before;
            }
        }
    }
}
