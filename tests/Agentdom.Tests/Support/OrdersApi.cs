using System.Collections.Concurrent;
using Agentdom.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Agentdom.Tests.Support;

/// <summary>An issuer with the API that the samples call: <c>/orders</c> says which agent called.</summary>
internal sealed class OrdersApi : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _tokens = new();

    private readonly int _status;

    private OrdersApi(TestIssuer issuer, int status) => (Issuer, _status) = (issuer, status);

    internal TestIssuer Issuer { get; }

    /// <summary>The tokens that it was called with, in order.</summary>
    internal IReadOnlyCollection<string> Tokens => _tokens;

    /// <param name="status">The status that the API answers with.</param>
    internal static async Task<OrdersApi> StartAsync(int status = 200)
    {
        OrdersApi api = null!;
        var issuer = await TestIssuer.StartAsync(map: app => app
            .MapGet("/orders", (HttpContext http) => api.Answer(http))
            .RequireAgentScope("data.read"));
        return api = new OrdersApi(issuer, status);
    }

    /// <summary>Asks the issuer about a token.</summary>
    internal async Task<bool> IsValidAsync(string token)
    {
        using var answer = await Issuer.PostAsync("/v1/agent-tokens/verify", $$"""{"token":"{{token}}"}""");
        return (await TestIssuer.ReadAsync(answer)).Flag("valid") == true;
    }

    public ValueTask DisposeAsync() => Issuer.DisposeAsync();

    private IResult Answer(HttpContext http)
    {
        _tokens.Enqueue(http.Request.Headers.Authorization.ToString()["Bearer ".Length..]);
        return _status == 200 ? Results.Json(new { agent = http.User.Identity!.Name }) : Results.StatusCode(_status);
    }
}
