using System.Net;
using System.Net.Http.Headers;

namespace Agentdom.Client;

/// <summary>
/// Sends each request of an <see cref="HttpClient"/> with a token of its source, and never without one. Where the token is
/// refused with 401 it is dropped, and the request is sent once more with a new one, if its body can be sent twice: no body,
/// one of known length up to 1 MiB, or <c>JsonContent</c>. Otherwise, and where there is no new token to be had or that one
/// is refused too, the 401 is the answer; for 30 seconds further refusals then cost no new token each.
/// </summary>
/// <remarks>
/// A request that gets no token, or is for an address that the token is not for, ends in an <see cref="AtpException"/> and
/// nothing is sent. It is no <see cref="HttpRequestException"/>, so that retry policies leave it alone: the source has retried
/// already. A redirect is followed without the token.
/// </remarks>
public sealed class AgentTokenMessageHandler : DelegatingHandler
{
    private readonly AgentTokenSource _source;

    /// <summary>Makes a handler, to which the caller gives an inner one. Any number of handlers may share a source.</summary>
    /// <param name="source">Where the tokens come from.</param>
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
            // The request was sent and answered; the next one meets the failure.
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
                // The runtime's handlers follow a redirect by changing the request, and drop the header: the token was not shown
                // to whoever answered, and must not be sent where the request points now.
                var wasRedirected = request.RequestUri != address || !ReferenceEquals(request.Headers.Authorization, bearer);
                return (answer, answer.StatusCode == HttpStatusCode.Unauthorized && !wasRedirected);
            }
            finally
            {
                // Whoever prints the request later finds no token in it.
                request.Headers.Authorization = before;
            }
        }
    }
}
