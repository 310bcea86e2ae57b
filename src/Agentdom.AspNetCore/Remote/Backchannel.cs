using System.Net;
using Microsoft.IdentityModel.Protocols;

namespace Agentdom.AspNetCore;

/// <summary>Sends requests to the issuer and reads its answers.</summary>
internal sealed class Backchannel(IHttpClientFactory clients) : IDocumentRetriever
{
    internal const int MaxAnswerBytes = 256 * 1024;

    /// <summary>Reads a document: the issuer's metadata or its key set.</summary>
    public Task<string> GetDocumentAsync(string address, CancellationToken cancel) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, Secure(address)), cancel);

    /// <summary>Sends a form.</summary>
    internal Task<string> PostAsync(string address, Dictionary<string, string> form, CancellationToken cancel) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, Secure(address)) { Content = new FormUrlEncodedContent(form) }, cancel);

    private async Task<string> SendAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        using (request)
        {
            request.Headers.Accept.ParseAdd("application/json");
            using var client = clients.CreateClient(AgentTokenDefaults.BackchannelName);
            using var answer = await client.SendAsync(request, cancel);
            RequireSuccess(answer, request.RequestUri!.GetLeftPart(UriPartial.Path));
            return await answer.Content.ReadAsStringAsync(cancel);
        }
    }

    // Only what may pass by itself counts as unavailable. Anything else is a mistake in somebody's settings.
    private static void RequireSuccess(HttpResponseMessage answer, string address)
    {
        if (answer.StatusCode == HttpStatusCode.OK) return;
        var status = (int)answer.StatusCode;
        if (status is 429 or >= 500) throw new HttpRequestException($"It answered with {status}.", null, answer.StatusCode);
        throw new IssuerStateException(status is 401 or 403
            ? $"{address} answered with {status}. If the issuer protects it, add this app's credential to the HttpClient "
                + $"'{AgentTokenDefaults.BackchannelName}'."
            : $"{address} answered with {status}. Check Issuer and MetadataAddress.");
    }

    private static Uri Secure(string address) => Uri.TryCreate(address, UriKind.Absolute, out var uri) && AgentTokenOptions.IsSecure(uri)
        ? uri
        : throw new IssuerStateException($"The issuer's metadata names the address '{Printable.Line(address)}', which is not https.");
}
