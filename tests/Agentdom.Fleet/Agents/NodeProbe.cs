using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Agentdom.Fleet.Measures;
using Agentdom.Fleet.Nodes;
using Agentdom.Fleet.Time;

namespace Agentdom.Fleet.Agents;

/// <summary>
/// Asks every node by itself, without the proxy, whether it accepts what it must not accept. A 5xx is not counted, nor is a node that is
/// down. Any other answer than the expected refusal makes the run not good.
/// </summary>
internal sealed class NodeProbe
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(15);

    private readonly IReadOnlyList<IssuerNode> _nodes;
    private readonly Measurements _measures;
    private readonly HttpClient _http;
    private readonly AtpClient _client;

    internal NodeProbe(IReadOnlyList<IssuerNode> nodes, FleetTime time, Measurements measures)
    {
        (_nodes, _measures) = (nodes, measures);
        var handler = new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false };
        _http = new HttpClient(handler) { Timeout = s_timeout };
        _client = new AtpClient(time, new HttpExchange(time, handler));
    }

    /// <summary>Calls the API of every node with a token that must be dead.</summary>
    internal async Task CallAsync(ProbeKind kind, string token, string details)
    {
        foreach (var node in _nodes)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(node.BaseAddress, "/data"));
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            using var response = await SendAsync(request);
            var isRefused = response is { StatusCode: HttpStatusCode.Unauthorized }
                && response.Headers.WwwAuthenticate.Any(static c => c.Parameter?.Contains("\"invalid_token\"") == true);
            Record(kind, response, isRefused, $"{node.Name}, {details}");
        }
    }

    /// <summary>Sends a request that was granted before to every node.</summary>
    internal async Task SendAgainAsync(byte[] body, TimeSpan granted, string details)
    {
        foreach (var node in _nodes)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(node.BaseAddress, FleetNetwork.TokenPath))
            {
                Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
            };
            using var response = await SendAsync(request);
            var code = response is { StatusCode: HttpStatusCode.Unauthorized } ? await CodeOfAsync(response) : null;
            if (code == "replayed_request") _measures.Probes.Recognized(node.Name, granted, _measures.Elapsed);
            Record(ProbeKind.Replay, response, code is "replayed_request" or "stale_timestamp", $"{node.Name}, {code}, {details}");
        }
    }

    /// <summary>Requests a token from every node, correctly signed.</summary>
    /// <returns>The tokens, and how many nodes refused the agent. A node that is down is neither.</returns>
    internal async Task<(IReadOnlyList<string> Tokens, int Refusals)> RequestAsync(AgentIdentity agent)
    {
        var (tokens, refusals) = (new List<string>(), 0);
        foreach (var node in _nodes)
        {
            _measures.Count(Counter.Probes);
            using var secret = SharedSecret.FromText(agent.Secret());
            using var deadline = new Deadline(s_timeout);
            var manifest = AgentdomManifest.ForEndpoint(AtpHost.Parse(node.Address), new Uri(node.BaseAddress, FleetNetwork.TokenPath));
            try
            {
                var request = new TokenRequest(agent.Id, ["data.read"], "Fleet");
                tokens.Add((await _client.RequestTokenAsync(manifest, request, secret, deadline)).AccessToken);
            }
            catch (AtpException e)
            {
                if (e.Error == AtpError.SignatureRefused) refusals++;
                else if (!IsDown(e)) _measures.Probes.Surprised($"a request of {agent.Id}: {e.Error}");
            }
        }
        return (tokens, refusals);
    }

    private static bool IsDown(AtpException e) =>
        e.Error is AtpError.HostUnreachable or AtpError.TimedOut or AtpError.IssuerUnavailable or AtpError.IssuerFailed;

    private void Record(ProbeKind kind, HttpResponseMessage? response, bool isRefused, string details)
    {
        if (response is null || (int)response.StatusCode >= 500) return;
        if (response.IsSuccessStatusCode) _measures.Note($"ACCEPTED: {kind}, {details}");
        if (response.IsSuccessStatusCode || isRefused) _measures.Probes.Answered(kind, response.IsSuccessStatusCode);
        else _measures.Probes.Surprised($"{kind} answered with {(int)response.StatusCode}");
    }

    private static async Task<string?> CodeOfAsync(HttpResponseMessage response)
    {
        var body = await response.Content.ReadAsByteArrayAsync();
        if (body.Length == 0) return null;
        using var json = JsonDocument.Parse(body);
        return json.RootElement.TryGetProperty("error", out var error) ? error.GetString() : null;
    }

    private async Task<HttpResponseMessage?> SendAsync(HttpRequestMessage request)
    {
        _measures.Count(Counter.Probes);
        try
        {
            return await _http.SendAsync(request);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            // A node that is down.
            return null;
        }
    }
}
