using Agentdom.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;

namespace Agentdom.Tests.AspNetCore;

/// <summary>Manifests that could not be served, which the app reports when it starts.</summary>
public sealed class ManifestStartTests
{
    private const string Path = "/.well-known/agentdom.json";

    [Fact]
    public async Task AParameterThatTheManifestCannotFillStopsTheApp()
    {
        var message = await RefusedAsync(app =>
        {
            app.MapGroup("/{tenant}").MapAgentTokens("/v1/agent-tokens");
            app.MapAgentdomManifest();
        });

        Assert.Contains("/{tenant}/v1/agent-tokens", message);
        Assert.Contains("'tenant'", message);
        Assert.Contains("same group", message);
    }

    [Fact]
    public async Task AManifestWithoutTokenEndpointsStopsTheApp() =>
        Assert.Contains("MapAgentTokens", await RefusedAsync(app => app.MapAgentdomManifest()));

    [Fact]
    public async Task AManifestWithoutAnIssuerIsReportedAtOnce()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => TestHost.StartAsync(app => app.MapAgentdomManifest()));

        Assert.Contains("AddAgentTokenIssuer", error.Message);
    }

    [Fact]
    public async Task TwoCallsStopTheApp() => Assert.Contains(
        "MapAgentdomManifest was called twice for /.well-known/agentdom.json",
        await RefusedAsync(app =>
        {
            MapBoth(app);
            app.MapAgentdomManifest();
        }));

    [Theory]
    [InlineData("/.well-known/agentdom.json")]
    [InlineData(".WELL-KNOWN/agentdom.json/")]
    public async Task AnEndpointOfTheAppsOwnStopsTheApp(string pattern)
    {
        var message = await RefusedAsync(app =>
        {
            MapBoth(app);
            app.MapGet(pattern, () => "{}").WithDisplayName("our own manifest").WithOrder(1);
        });

        Assert.Contains("MapAgentdomManifest", message);
        Assert.Contains("'our own manifest'", message);
        Assert.Contains("auth.agent_token_endpoint", message);
    }

    [Fact]
    public async Task AnEndpointForAllMethodsStopsTheApp() => Assert.Contains("two manifests", await RefusedAsync(app =>
    {
        MapBoth(app);
        app.Map(Path, () => "{}");
    }));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AFileOfTheAppsOwnStopsTheApp(bool isServed)
    {
        var root = Directory.CreateTempSubdirectory();
        try
        {
            var file = System.IO.Path.Combine(root.CreateSubdirectory(".well-known").FullName, "agentdom.json");
            await File.WriteAllTextAsync(file, "{}", TestContext.Current.CancellationToken);
            using var files = new PhysicalFileProvider(root.FullName);

            var message = await RefusedAsync(
                app =>
                {
                    if (isServed) app.UseStaticFiles();
                    MapBoth(app);
                },
                builder => builder.Environment.WebRootFileProvider = files);

            Assert.Contains("MapAgentdomManifest", message);
            Assert.Contains(file, message);
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task EndpointsThatDoNotGetInTheWayAreFine()
    {
        await using var host = await StartAsync(app =>
        {
            MapBoth(app);
            app.MapPost(Path, () => "posted");
            app.MapGet("/.well-known/{file}", () => "another file");
            app.MapGet("/group" + Path, () => "another path");
            app.MapFallback(() => "fallback");
            app.UseStaticFiles();
        });

        Assert.True((await Wire.JsonAsync(await Wire.Http.GetAsync(host.Uri(Path)))).TryGetProperty("auth", out _));
    }

    [Fact]
    public async Task AnAppMayHaveAManifestForEachOfItsHosts()
    {
        await using var host = await StartAsync(app =>
        {
            app.MapAgentTokens("/tokens");
            app.MapAgentdomManifest().RequireHost("127.0.0.1");
            app.MapAgentdomManifest().RequireHost("api.example.com");
        });

        Assert.True((await Wire.JsonAsync(await Wire.Http.GetAsync(host.Uri(Path)))).TryGetProperty("auth", out _));
    }

    private static void MapBoth(WebApplication app)
    {
        app.MapAgentTokens("/tokens");
        app.MapAgentdomManifest();
    }

    private static async Task<string> RefusedAsync(Action<WebApplication> map, Action<WebApplicationBuilder>? build = null) =>
        (await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(map, build))).Message;

    private static Task<TestHost> StartAsync(Action<WebApplication> map, Action<WebApplicationBuilder>? build = null) =>
        TestHost.StartAsync(map, builder =>
        {
            builder.Services.AddAgentTokenIssuer(o =>
            {
                o.Secrets.Add(TestIssuer.SecretText);
                o.Scopes.Add("data.read");
            });
            build?.Invoke(builder);
        });
}
