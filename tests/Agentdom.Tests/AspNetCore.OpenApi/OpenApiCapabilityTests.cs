using System.Reflection;
using System.Text.Json;
using Agentdom.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.ApplicationParts;
using Microsoft.Extensions.DependencyInjection;
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
            builder => builder.Services.AddControllers().ConfigureApplicationPartManager(static parts =>
            {
                parts.ApplicationParts.Clear();
                parts.ApplicationParts.Add(new Parts());
            }));
        var capability = Assert.Single(await CapabilitiesAsync(host));

        Assert.Equal("lines.list", Intent(capability));
        Assert.Equal("data.read", capability.GetProperty("scopes")[0].GetString());
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

    private sealed class Parts : ApplicationPart, IApplicationPartTypeProvider
    {
        public override string Name => "Parts";

        public IEnumerable<TypeInfo> Types => [typeof(LinesController).GetTypeInfo()];
    }

    private static void Configure(Agentdom.AspNetCore.AgentTokenIssuerOptions options)
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

    private static async Task<JsonElement[]> CapabilitiesAsync(TestHost host) =>
        [.. (await Wire.JsonAsync(await Wire.Http.GetAsync(host.Uri("/.well-known/agentdom.json"))))
            .GetProperty("capabilities").EnumerateArray()];

    private static string? Intent(JsonElement capability) => capability.GetProperty("intent").GetString();
}
