using Agentdom.Fleet.Time;

namespace Agentdom.Fleet.Agents;

/// <summary>An agent that is a running service: the library keeps its token in memory and adds it to its calls.</summary>
internal sealed class ServiceClient : IAgentClient
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(30);

    private readonly AtpClient _client;
    private readonly AgentTokenSource _source;
    private readonly HttpClient _api;
    private readonly AgentIdentity _agent;
    private readonly Uri _origin;

    internal ServiceClient(AgentIdentity agent, Uri origin, FleetNetwork network)
    {
        (_agent, _origin) = (agent, origin);
        _client = new AtpClient(agent.Clock, new HttpExchange(agent.Clock, network));
        var options = new AgentTokenSourceOptions
        {
            AgentId = agent.Id,
            Purpose = "Fleet",
            GetSecret = _ => Task.FromResult<string?>(agent.Secret()),
            Timeout = s_timeout,
        };
        _source = new AgentTokenSource(_client, origin.Authority, ["data.read"], options, agent.Clock);
        // The default time limit of 100 seconds: it includes the wait for a token, which must end with its own error.
        _api = new HttpClient(new AgentTokenMessageHandler(_source) { InnerHandler = network });
    }

    public async Task<int> CallAsync(CancellationToken cancel)
    {
        using var response = await _api.GetAsync(new Uri(_origin, "/data"), cancel);
        return (int)response.StatusCode;
    }

    public async Task<string?> TokenAsync(CancellationToken cancel) => await _source.GetTokenAsync(cancel);

    public async Task RevokeAsync(string token, CancellationToken cancel)
    {
        using var deadline = new Deadline(s_timeout, caller: cancel);
        await _client.RevokeAsync(new Uri(_origin, FleetNetwork.TokenPath + "/revoke"), token, deadline);
    }

    public override string ToString() => $"{_agent.Id} (service)";
}
