using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Agentdom.Tests.Support;

/// <summary>A real ASP.NET Core app on a free loopback port, configured by the test.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestHost(WebApplication app)
    {
        _app = app;
        Name = new Uri(app.Urls.First()).Authority;
    }

    /// <summary>The host for agents, such as <c>127.0.0.1:41235</c>.</summary>
    internal string Name { get; }

    internal Uri Uri(string path) => new($"http://{Name}{path}");

    internal static async Task<TestHost> StartAsync(Action<WebApplication> map, Action<WebApplicationBuilder>? build = null)
    {
        // Users can have 128 watchers of files by default, and hundreds of tests run at once.
        var builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false"]);
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").UseSockets(sockets => sockets.CreateBoundListenSocket = FreshPort.Listen);
        build?.Invoke(builder);
        var app = builder.Build();
        map(app);
        await app.StartAsync();
        return new TestHost(app);
    }

    internal T Service<T>() where T : notnull => _app.Services.GetRequiredService<T>();

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
