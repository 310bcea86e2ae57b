using System.Net;
using System.Net.Http.Headers;

namespace Agentdom.AspNetCore;

/// <summary>Sends requests to the issuer and reads its answers.</summary>
internal sealed class Backchannel(AgentTokenOptions options, IHttpClientFactory clients, TimeProvider time)
{
    internal const int MaxAnswerBytes = 256 * 1024;

    /// <summary>Reads the issuer's metadata. The app's own options have checked its address.</summary>
    internal Task<JsonObject> GetMetadataAsync(CancellationToken cancel) => GetAsync(options.Metadata, cancel);

    /// <summary>Reads the issuer's key set.</summary>
    internal Task<JsonObject> GetKeysAsync(string address, CancellationToken cancel) => GetAsync(Endpoint(address), cancel);

    /// <summary>Asks about a token (RFC 7662). Only this request has the app's credential.</summary>
    internal Task<JsonObject> IntrospectAsync(string address, string token, CancellationToken cancel)
    {
        var form = new Dictionary<string, string> { ["token"] = token, ["token_type_hint"] = "access_token" };
        var request = new HttpRequestMessage(HttpMethod.Post, Endpoint(address)) { Content = new FormUrlEncodedContent(form) };
        return SendAsync(AgentTokenDefaults.IntrospectionClientName, request, cancel);
    }

    private Task<JsonObject> GetAsync(Uri address, CancellationToken cancel) =>
        SendAsync(AgentTokenDefaults.MetadataClientName, new HttpRequestMessage(HttpMethod.Get, address), cancel);

    private async Task<JsonObject> SendAsync(string clientName, HttpRequestMessage request, CancellationToken cancel)
    {
        using (request)
        {
            request.Headers.Accept.ParseAdd("application/json");
            using var client = clients.CreateClient(clientName);
            using var answer = await client.SendAsync(request, cancel);
            var address = request.RequestUri!.GetLeftPart(UriPartial.Path);
            RequireSuccess(answer, address, isIntrospection: clientName == AgentTokenDefaults.IntrospectionClientName);
            try
            {
                return StrictJson.ParseAnswer(await answer.Content.ReadAsByteArrayAsync(cancel));
            }
            catch (JsonFormatException e)
            {
                throw new IssuerStateException($"{address} does not answer with JSON. {e.Message} Check Issuer and MetadataAddress.");
            }
        }
    }

    // Only what may pass by itself counts as out of reach. Anything else is a mistake in somebody's settings, or the issuer's limit.
    private void RequireSuccess(HttpResponseMessage answer, string address, bool isIntrospection)
    {
        var status = (int)answer.StatusCode;
        switch (answer.StatusCode)
        {
            case HttpStatusCode.OK:
                return;
            case HttpStatusCode.TooManyRequests:
                throw new IssuerStateException($"{address} answered with 429, because this app asks more often than the issuer's limit for "
                    + "an address allows. Raise that limit.") { RetryAfter = Wait(answer.Headers.RetryAfter) };
            case HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden when isIntrospection:
                throw new IssuerStateException($"{address} answered with {status}. If the issuer protects introspection, add this app's "
                    + $"credential to the HttpClient '{AgentTokenDefaults.IntrospectionClientName}'.");
            case >= HttpStatusCode.InternalServerError:
                throw new HttpRequestException($"It answered with {status}.", null, answer.StatusCode);
            default:
                throw new IssuerStateException($"{address} answered with {status}. Check Issuer and MetadataAddress.");
        }
    }

    private TimeSpan Wait(RetryConditionHeaderValue? after) => after?.Delta ?? (after?.Date - time.GetUtcNow()) ?? TimeSpan.Zero;

    // What an https issuer names must not send tokens or read keys in the clear, not even on this machine.
    private Uri Endpoint(string address) => Uri.TryCreate(address, UriKind.Absolute, out var uri) && AtpHost.IsSecure(uri)
            && (uri.Scheme == Uri.UriSchemeHttps || options.Issuer!.Scheme == Uri.UriSchemeHttp)
        ? uri
        : throw new IssuerStateException($"The issuer's metadata names the address '{Printable.Excerpt(address)}', which is not https.");
}
