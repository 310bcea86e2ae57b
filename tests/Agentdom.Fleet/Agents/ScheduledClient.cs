using System.Net.Http.Headers;

namespace Agentdom.Fleet.Agents;

/// <summary>
/// An agent that runs now and then, as a scheduled script does: its token is in a vault of its own, an encrypted file, and each
/// renewal is a new process that reads the manifest and knows nothing of the issuer's clock.
/// </summary>
internal sealed class ScheduledClient : IAgentClient
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(30);
    private static readonly string[] s_scopes = ["data.read"];

    private readonly AgentIdentity _agent;
    private readonly Uri _origin;
    private readonly AtpHost _host;
    private readonly FleetNetwork _network;
    private readonly TokenStore _store;
    private readonly HttpClient _api;

    internal ScheduledClient(AgentIdentity agent, Uri origin, FleetNetwork network, string folder)
    {
        (_agent, _origin, _network) = (agent, origin, network);
        _host = AtpHost.Parse(origin.Authority);
        _store = new TokenStore(new FileVault(Path.Combine(folder, agent.Id))) { AgentId = agent.Id, Time = agent.Clock };
        _api = new HttpClient(network) { Timeout = s_timeout };
    }

    public async Task<int> CallAsync(CancellationToken cancel)
    {
        // The vault and the renewer block their thread, as they do in a script.
        var token = await Task.Run(() => CurrentAsync(isRefused: false, cancel), cancel);
        var status = await CallAsync(token, cancel);
        if (status != 401) return status;
        token = await Task.Run(() => CurrentAsync(isRefused: true, cancel), cancel);
        return await CallAsync(token, cancel);
    }

    public Task<string?> TokenAsync(CancellationToken cancel) =>
        Task.Run(() => _store.Find(_host, s_scopes, _agent.Id)?.AccessToken, cancel);

    public async Task RevokeAsync(string token, CancellationToken cancel)
    {
        using var deadline = new Deadline(s_timeout, caller: cancel);
        await NewClient().RevokeAsync(new Uri(_origin, FleetNetwork.TokenPath + "/revoke"), token, deadline);
    }

    public override string ToString() => $"{_agent.Id} (scheduled)";

    private async Task<string> CurrentAsync(bool isRefused, CancellationToken cancel)
    {
        var client = NewClient();
        if (_store.Find(_host, s_scopes, _agent.Id) is not { } stored) return await RequestAsync(client, cancel);
        var options = new RenewalOptions { Force = isRefused, Timeout = s_timeout, Time = _agent.Clock };
        var outcome = new TokenRenewer(client, _store, _ => Secret(), options).Renew([stored], tell: null, cancel).Single();
        return outcome.Failure is null || (!isRefused && outcome.Token.IsValidAt(_agent.Clock.GetUtcNow()))
            ? outcome.Token.AccessToken
            : throw outcome.Failure;
    }

    private async Task<string> RequestAsync(AtpClient client, CancellationToken cancel)
    {
        var acquisition = new TokenAcquisition { Host = _host, Request = new TokenRequest(_agent.Id, s_scopes, "Fleet") };
        using var secret = Secret();
        using var deadline = new Deadline(s_timeout, caller: cancel);
        var token = await acquisition.RunAsync(client, secret, deadline);
        TokenKeeping.Keep(client, _store, token);
        return token.AccessToken;
    }

    private async Task<int> CallAsync(string token, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_origin, "/data"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await _api.SendAsync(request, cancel);
        return (int)response.StatusCode;
    }

    private SharedSecret Secret() => SharedSecret.FromText(_agent.Secret());

    private AtpClient NewClient() => new(_agent.Clock, new HttpExchange(_agent.Clock, _network));
}
