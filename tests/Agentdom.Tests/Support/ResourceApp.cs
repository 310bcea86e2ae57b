using Agentdom.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Agentdom.Tests.Support;

/// <summary>An API without a secret, which accepts the tokens of another app's issuer.</summary>
internal sealed class ResourceApp(TestHost host, LogCapture log) : IAsyncDisposable
{
    internal LogCapture Log => log;

    internal T Service<T>() where T : notnull => host.Service<T>();

    internal static async Task<ResourceApp> StartAsync(
        string issuer, Action<AgentTokenOptions>? configure = null, TimeProvider? time = null,
        Action<WebApplicationBuilder>? build = null)
    {
        var log = new LogCapture();
        var host = await TestHost.StartAsync(
            static app => app.MapGet("/data", (HttpContext http) => http.User.Identity!.Name).RequireAgentScope("data.read"),
            builder =>
            {
                builder.Logging.AddProvider(log);
                if (time is not null) builder.Services.AddSingleton(time);
                builder.Services.AddAuthentication().AddAgentToken(o =>
                {
                    o.Issuer = new Uri(issuer);
                    configure?.Invoke(o);
                });
                build?.Invoke(builder);
            });
        return new ResourceApp(host, log);
    }

    internal async Task<HttpResponseMessage> GetAsync(string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, host.Uri("/data"));
        if (token is not null) request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        return await Wire.Http.SendAsync(request);
    }

    internal async Task<int> StatusAsync(string? token)
    {
        using var response = await GetAsync(token);
        return (int)response.StatusCode;
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();
}
