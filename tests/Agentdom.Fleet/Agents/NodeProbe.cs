using System.Net.Http.Headers;
using Agentdom.Fleet.Measures;
using Agentdom.Fleet.Nodes;

namespace Agentdom.Fleet.Agents;

/// <summary>Asks every node by itself, without the proxy, whether it accepts what it must not accept.</summary>
internal sealed class NodeProbe(IReadOnlyList<IssuerNode> nodes, Measurements measures)
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false })
    {
        Timeout = TimeSpan.FromSeconds(15),
    };

    /// <summary>Calls the API of every node with a token that must be dead. What a node cannot tell now is not an answer.</summary>
    internal async Task CallAsync(string token, string details)
    {
        foreach (var node in nodes)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(node.BaseAddress, "/data"));
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            if (await SendAsync(request) is { } status and < 500) measures.AskedDead(status != 401, $"{node.Name}, {details}");
        }
    }

    /// <summary>Sends a request that was granted before to every node.</summary>
    internal async Task SendAgainAsync(byte[] body, string details)
    {
        foreach (var node in nodes)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(node.BaseAddress, FleetNetwork.TokenPath))
            {
                Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
            };
            if (await SendAsync(request) is { } status and < 500) measures.SentAgain(status == 200, $"{node.Name}, {details}");
        }
    }

    private async Task<int?> SendAsync(HttpRequestMessage request)
    {
        measures.Count(Counter.Others);
        try
        {
            using var response = await _http.SendAsync(request);
            return (int)response.StatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            // A node that is down.
            return null;
        }
    }
}
