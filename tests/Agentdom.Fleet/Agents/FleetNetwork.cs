using System.Text.Json;
using Agentdom.Fleet.Measures;

namespace Agentdom.Fleet.Agents;

/// <summary>
/// The connections of all agents to the proxy, which they share: ten thousand agents on one machine would run out of them otherwise.
/// It counts the requests, and keeps some signed ones to send them again.
/// </summary>
internal sealed class FleetNetwork : DelegatingHandler
{
    internal const string TokenPath = "/v1/agent-tokens";

    private readonly Measurements _measures;
    private readonly Action<string, byte[]> _onGranted;

    /// <param name="measures">Gets the counts.</param>
    /// <param name="onGranted">Gets the agent and the body of each request that was granted.</param>
    internal FleetNetwork(Measurements measures, Action<string, byte[]> onGranted)
        : base(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
        }) => (_measures, _onGranted) = (measures, onGranted);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.AbsolutePath;
        _measures.Count(path switch
        {
            TokenPath => Counter.TokenRequests,
            "/data" => Counter.Calls,
            "/.well-known/agentdom.json" => Counter.Manifests,
            _ => Counter.Others,
        });
        if (path != TokenPath) return await base.SendAsync(request, cancellationToken);
        var body = await request.Content!.ReadAsByteArrayAsync(cancellationToken);
        var sent = _measures.Elapsed;
        var response = await base.SendAsync(request, cancellationToken);
        if (response.IsSuccessStatusCode)
        {
            using var json = JsonDocument.Parse(body);
            var agent = json.RootElement.GetProperty("agent_id").GetString()!;
            _measures.Granted(agent, sent);
            _onGranted(agent, body);
        }
        return response;
    }
}
