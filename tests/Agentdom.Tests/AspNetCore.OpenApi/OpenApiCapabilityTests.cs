using System.Text.Json;
using Agentdom.AspNetCore;
using Agentdom.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using JsonObject = System.Text.Json.Nodes.JsonObject;

namespace Agentdom.Tests.AspNetCore.OpenApi;

/// <summary>Capabilities that are made from the OpenAPI document of a real app.</summary>
public sealed class OpenApiCapabilityTests
{
    [Fact]
    public async Task AnOperationThatRequiresAgentScopesBecomesACapability()
    {
        await using var host = await StartAsync(app => app
            .MapPost("/v1/orders/{id}", (int id, bool? dryRun, Order order) => order.Item + id + dryRun)
            .WithName("AddLine").WithSummary("Adds a line.").RequireAgentScope("data.read", "data.write"));
        var capability = Assert.Single(await CapabilitiesAsync(host));

        var expected = JsonDocument.Parse(
            $$"""
            {
              "intent": "orders.add_line",
              "description": "Adds a line.",
              "transport": "api",
              "method": "POST",
              "endpoint": "http://{{host.Name}}/v1/orders/{id}",
              "args": {
                "id": { "type": "integer", "required": true },
                "dryRun": { "type": "boolean", "required": false },
                "item": { "type": "string", "required": true },
                "price": { "type": "number", "required": false },
                "tags": { "type": "array", "required": false },
                "size": { "type": "object", "required": false }
              },
              "side_effects": ["external"],
              "scopes": ["data.read", "data.write"],
              "operation_id": "AddLine"
            }
            """);
        Assert.Equal(JsonSerializer.Serialize(expected.RootElement), JsonSerializer.Serialize(capability));
    }

    [Fact]
    public async Task OperationsWithoutAgentScopesAreLeftOut()
    {
        await using var host = await StartAsync(app =>
        {
            app.MapGet("/public", () => "for all");
            app.MapGet("/users", () => "for users").RequireAuthorization();
            app.MapGet("/orders", () => "for agents").RequireAgentScope("data.read");
            app.MapGet("/hidden", () => "for agents").RequireAgentScope("data.read").ExcludeFromDescription();
        });

        Assert.Equal(["orders.list"], (await CapabilitiesAsync(host)).Select(Intent));
    }

    [Fact]
    public async Task IntentsHaveTheFormThatPublishedToolsExpectAndAreUnique()
    {
        await using var host = await StartAsync(app =>
        {
            var agents = app.MapGroup("/api/v1").RequireAgentScope("data.read");
            agents.MapGet("/orders", () => "");
            agents.MapGet("/orders/{id}", (string id) => id);
            agents.MapGet("/orders/{id}/lines", (string id) => id);
            agents.MapPatch("/orders/{id}", (string id) => id);
            agents.MapPut("/orders/{id}", (string id) => id);
            agents.MapDelete("/orders/{id}", (string id) => id);
            agents.MapGet("/", () => "");
            agents.MapGet("/x", () => "").WithName("orders.search");
            agents.MapGet("/y", () => "").WithName("GetHTMLReport2").WithTags("Reports");
            agents.MapGet("/order-lines", () => "");
            agents.MapGet("/3d", () => "");
        });

        Assert.Equal(
            [
                "orders.list", "orders.get", "orders.update", "orders.update_2", "orders.delete", "orders.lines.list", "api.list",
                "orders.search", "y.get_htmlreport2", "order_lines.list", "_3d.list",
            ],
            (await CapabilitiesAsync(host)).Select(Intent));
    }

    [Theory]
    [InlineData("GET", "read")]
    [InlineData("HEAD", "read")]
    [InlineData("POST", "external")]
    [InlineData("PUT", "external")]
    [InlineData("PATCH", "external")]
    [InlineData("DELETE", "delete,external")]
    public async Task TheMethodSaysWhatMayHappen(string method, string expected)
    {
        await using var host = await StartAsync(app => app.MapMethods("/x", [method], () => "").RequireAgentScope("data.read"));
        var effects = Assert.Single(await CapabilitiesAsync(host)).GetProperty("side_effects");

        Assert.Equal(expected, string.Join(',', effects.EnumerateArray()));
    }

    [Fact]
    public async Task TheAppsOwnCapabilityComesBeforeOneOfTheDocument()
    {
        await using var host = await StartAsync(
            app =>
            {
                app.MapGet("/orders", () => "").RequireAgentScope("data.read");
                app.MapGet("/lines", () => "").RequireAgentScope("data.read");
            },
            own: new JsonObject { ["intent"] = "orders.list", ["description"] = "Our own." });

        var capabilities = await CapabilitiesAsync(host);
        Assert.Equal(["orders.list", "lines.list"], capabilities.Select(Intent));
        Assert.Equal("Our own.", capabilities[0].GetProperty("description").GetString());
    }

    [Fact]
    public async Task TheOperationsOfSeveralDocumentsHaveIntentsOfTheirOwn()
    {
        await using var host = await StartAsync(
            app =>
            {
                var agents = app.MapGroup("").RequireAgentScope("data.read");
                agents.MapGet("/v1/orders", () => "").WithGroupName("v1");
                agents.MapGet("/v2/orders", () => "").WithGroupName("v2");
                // Without a group it is in both.
                agents.MapGet("/lines", () => "");
            },
            builder =>
            {
                builder.Services.AddOpenApi("v2");
                builder.Services.AddAgentTokenIssuer(static _ => { }).UseOpenApi("v2");
            });
        var capabilities = await CapabilitiesAsync(host);
        while (capabilities.Length < 3) capabilities = await CapabilitiesAsync(host);

        Assert.Equal(
            [("lines.list", "/lines"), ("orders.list", "/v1/orders"), ("orders.list_2", "/v2/orders")],
            capabilities.Select(static c => (Intent(c), new Uri(c.GetProperty("endpoint").GetString()!).AbsolutePath)).Order());
    }

    [Fact]
    public async Task ADocumentThatIsNamedTwiceIsListedOnce()
    {
        var generated = 0;
        await using var host = await StartAsync(
            app => app.MapGet("/orders", () => "").RequireAgentScope("data.read"),
            builder =>
            {
                builder.Services.AddOpenApi(o => o.AddDocumentTransformer((_, _, _) =>
                {
                    Interlocked.Increment(ref generated);
                    return Task.CompletedTask;
                }));
                builder.Services.AddAgentTokenIssuer(static _ => { }).UseOpenApi("V1").UseOpenApi();
            });

        Assert.Equal(["orders.list"], (await CapabilitiesAsync(host)).Select(Intent));
        Assert.Equal(1, generated);
    }

    [Fact]
    public async Task WithoutTheDocumentTheManifestIsServedAndTheLogSaysWhy()
    {
        using var log = new LogCapture();
        var (time, fails) = (new ManualTime(), true);
        await using var host = await StartAsync(
            app => app.MapGet("/orders", () => "").RequireAgentScope("data.read"),
            builder =>
            {
                builder.Services.AddSingleton<TimeProvider>(time).AddLogging(l => l.AddProvider(log));
                builder.Services.AddOpenApi(o => o.AddDocumentTransformer(
                    (_, _, _) => fails ? throw new InvalidOperationException("Two schemas\nare alike.") : Task.CompletedTask));
            });

        for (var request = 0; request < 3; request++)
        {
            // A shared cache must not keep it for long.
            using var answer = await Wire.Http.GetAsync(host.Uri("/.well-known/agentdom.json"));
            Assert.Equal(TimeSpan.FromSeconds(30), answer.Headers.CacheControl!.MaxAge);
            Assert.Empty(await ListedAsync(host));
        }
        while (log.All.All(static e => e.Id != 2021)) await Task.Delay(20, TestContext.Current.CancellationToken);
        var entry = Assert.Single(log.All, static e => e.Id == 2021);
        Assert.Equal(("Agentdom.AspNetCore.ManifestWriter", LogLevel.Error), (entry.Category, entry.Level));
        Assert.Contains("InvalidOperationException: Two schemas are alike.", entry.Text);

        fails = false;
        Assert.Empty(await ListedAsync(host));
        time.Advance(30);
        Assert.Equal(["orders.list"], (await CapabilitiesAsync(host)).Select(Intent));
        Assert.Single(log.All, static e => e.Id == 2022);
        using var complete = await Wire.Http.GetAsync(host.Uri("/.well-known/agentdom.json"));
        Assert.Equal(TimeSpan.FromMinutes(5), complete.Headers.CacheControl!.MaxAge);
    }

    [Fact]
    public async Task RequestsWaitForOneDocumentAndNotForEver()
    {
        var (generated, gate) = (0, new TaskCompletionSource());
        await using var host = await StartAsync(
            app => app.MapGet("/orders", () => "").RequireAgentScope("data.read"),
            builder => builder.Services.AddOpenApi(o => o.AddDocumentTransformer(async (_, _, _) =>
            {
                Interlocked.Increment(ref generated);
                await gate.Task;
            })));
        using (var canceled = new CancellationTokenSource())
        {
            var first = Wire.Http.GetAsync(host.Uri("/.well-known/agentdom.json"), canceled.Token);
            while (Volatile.Read(ref generated) == 0) await Task.Delay(20, TestContext.Current.CancellationToken);
            await canceled.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        }

        Assert.All(await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => ListedAsync(host))), Assert.Empty);
        gate.SetResult();
        Assert.Single(await CapabilitiesAsync(host));
        Assert.Equal(1, generated);
    }

    [Fact]
    public async Task CapabilitiesThatAgentsWouldNotReadAreLeftOut()
    {
        using var log = new LogCapture();
        await using var host = await StartAsync(
            app => app.MapGet("/orders", () => "").WithSummary(new string('x', 2 * 1024 * 1024)).RequireAgentScope("data.read"),
            builder => builder.Services.AddLogging(l => l.AddProvider(log)));

        while (log.All.All(static e => e.Id != 2023)) Assert.Empty(await ListedAsync(host));
        Assert.Empty(await ListedAsync(host));
        using var agent = new Agent();
        Assert.Equal(host.Uri("/tokens"), (await agent.DiscoverAsync(host.Name)).TokenEndpoint);
        var entry = Assert.Single(log.All, static e => e.Id == 2023);
        Assert.Contains("has more than 2 MiB", entry.Text);
        Assert.Contains("left out", entry.Text);
    }

    [Fact]
    public async Task TheDocumentNamesTheScopesToo()
    {
        await using var host = await StartAsync(app =>
        {
            app.MapOpenApi();
            app.MapGet("/public", () => "");
            app.MapGet("/orders", () => "").RequireAgentScope("data.read");
        });
        var document = await Wire.JsonAsync(await Wire.Http.GetAsync(host.Uri("/openapi/v1.json")));

        var scheme = document.GetProperty("components").GetProperty("securitySchemes").GetProperty("AgentToken");
        Assert.Equal(("http", "bearer"), (scheme.GetProperty("type").GetString(), scheme.GetProperty("scheme").GetString()));
        JsonElement Get(string path) => document.GetProperty("paths").GetProperty(path).GetProperty("get");
        Assert.Equal("""[{"AgentToken":["data.read"]}]""",
            Get("/orders").GetProperty("security").GetRawText().ReplaceLineEndings("").Replace(" ", ""));
        Assert.False(Get("/public").TryGetProperty("security", out _));
    }

    [Fact]
    public async Task ControllersCountToo()
    {
        await using var host = await StartAsync(
            app => app.MapControllers().RequireAgentScope("data.read"),
            builder => new ControllerParts(typeof(LinesController)).AddTo(builder.Services));
        var capability = Assert.Single(await CapabilitiesAsync(host));

        Assert.Equal("lines.list", Intent(capability));
        Assert.Equal("data.read", capability.GetProperty("scopes")[0].GetString());
    }

    [Fact]
    public async Task AttributesOfControllersAndLambdasCountToo()
    {
        await using var host = await StartAsync(
            app =>
            {
                app.MapControllers();
                app.MapGet("/orders", [AgentScope("data.write")] () => "");
            },
            builder => new ControllerParts(typeof(NotesController)).AddTo(builder.Services));

        Assert.Equal(
            ["notes.create data.read data.write", "notes.list data.read", "orders.list data.write"],
            (await CapabilitiesAsync(host)).Select(static c => $"{Intent(c)} {string.Join(' ', c.GetProperty("scopes").EnumerateArray())}")
                .Order());
    }

    [Fact]
    public async Task ADocumentIsFoundWhateverTheCaseOfItsName()
    {
        await using var host = await StartAsync(
            app => app.MapGet("/orders", () => "").RequireAgentScope("data.read"), document: "Internal");

        Assert.Single(await CapabilitiesAsync(host));
    }

    [Fact]
    public async Task AMissingDocumentStopsTheApp()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => TestHost.StartAsync(
            app => app.MapAgentTokens("/tokens"), builder => builder.Services.AddAgentTokenIssuer(Configure).UseOpenApi("other")));

        Assert.Contains("AddOpenApi(\"other\")", error.Message);
    }

    internal sealed record Order(string Item, decimal? Price = null, string[]? Tags = null, Size? Size = null);

    internal sealed record Size(int Width);

    private static void Configure(AgentTokenIssuerOptions options)
    {
        options.Secrets.Add(TestIssuer.SecretText);
        options.Scopes.Add("data.read");
        options.Scopes.Add("data.write");
    }

    private static Task<TestHost> StartAsync(
        Action<WebApplication> map, Action<WebApplicationBuilder>? build = null, JsonObject? own = null, string document = "v1") =>
        TestHost.StartAsync(
            app =>
            {
                app.MapAgentTokens("/tokens");
                app.MapAgentdomManifest();
                map(app);
            },
            builder =>
            {
                builder.Services.AddOpenApi(document);
                builder.Services.AddAgentTokenIssuer(o =>
                {
                    Configure(o);
                    if (own is not null) o.Manifest.Capabilities.Add(own);
                }).UseOpenApi(document);
                builder.Services.AddAuthentication().AddAgentToken();
                build?.Invoke(builder);
            });

    // Without waiting long for the document, the manifest is served without it.
    private static async Task<JsonElement[]> CapabilitiesAsync(TestHost host)
    {
        while (true)
        {
            if (await ListedAsync(host) is { Length: > 0 } capabilities) return capabilities;
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    private static async Task<JsonElement[]> ListedAsync(TestHost host)
    {
        using var answer = await Wire.Http.GetAsync(host.Uri("/.well-known/agentdom.json"));
        Assert.Equal(200, (int)answer.StatusCode);
        var manifest = await Wire.JsonAsync(answer);
        Assert.Equal(host.Uri("/tokens").ToString(), manifest.GetProperty("auth").GetProperty("agent_token_endpoint").GetString());
        return [.. manifest.GetProperty("capabilities").EnumerateArray()];
    }

    private static string? Intent(JsonElement capability) => capability.GetProperty("intent").GetString();
}
