using System.Text.Json.Nodes;
using Agentdom.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using JsonObject = System.Text.Json.Nodes.JsonObject;

namespace Agentdom.Tests.PublishedAgentdom;

/// <summary>A manifest that is made from an OpenAPI document of 120 operations, read by both clients.</summary>
public sealed class OpenApiManifestTests
{
    private const int Operations = 120;

    [Fact]
    public async Task BothClientsReadIt()
    {
        await using var app = await StartAsync();
        using var agent = new Agent();
        var manifest = await agent.DiscoverAsync(app.PlainName);
        Assert.Equal("/v1/agent-tokens", manifest.TokenEndpoint.AbsolutePath);

        var (exitCode, output, errors) = await app.RunAsync(PublishedTools.Agentdom, "discover", app.Name);
        Assert.True(exitCode == 0, output + errors);
        var found = JsonNode.Parse(output)!;
        Assert.Equal($"https://{app.Name}/.well-known/agentdom.json", found["source_url"]!.ToString());
        var capabilities = found["manifest"]!["capabilities"]!.AsArray();
        Assert.Equal(Operations, capabilities.Count);
        Assert.Equal(Operations, capabilities.Select(static c => c!["intent"]!.ToString()).Distinct().Count());
        Assert.All(capabilities, c => Assert.StartsWith($"https://{app.Name}/v1/", c!["endpoint"]!.ToString()));
    }

    [Fact]
    public async Task ThePublishedToolsFindNoErrorAndNoWarning()
    {
        await using var app = await StartAsync();
        var (exitCode, output, errors) = await app.RunAsync(PublishedTools.Publisher, "verify", $"--host={app.Name}");

        Assert.True(exitCode == 0, output + errors);
        Assert.Contains($"{Operations} capabilities declared", output);
        Assert.DoesNotContain("error(s)", output);
        Assert.DoesNotContain("warning(s)", output);

        var file = Path.Combine(app.Home, "agentdom.json");
        using var manifest = await app.GetAsync("/.well-known/agentdom.json");
        await File.WriteAllTextAsync(file, await manifest.Content.ReadAsStringAsync());
        (exitCode, output, errors) = await app.RunAsync(PublishedTools.Validator, "--strict", file);
        Assert.True(exitCode == 0, output + errors);
    }

    // Until the document is ready, the manifest is served without it.
    private static async Task<TlsApp> StartAsync()
    {
        var app = await StartOnlyAsync();
        while (true)
        {
            var manifest = await Wire.JsonAsync(await app.GetAsync("/.well-known/agentdom.json"));
            if (manifest.GetProperty("capabilities").GetArrayLength() > 0) return app;
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    private static Task<TlsApp> StartOnlyAsync() => TlsApp.StartAsync(
        o => o.Manifest.Members["auth"] = new JsonObject { ["method"] = "api_key", ["key_header"] = "X-Api-Key" },
        app =>
        {
            app.MapGet("/public", () => "not for agents alone");
            foreach (var number in Enumerable.Range(1, Operations / 4))
            {
                var group = app.MapGroup($"/v1/resource{number}").RequireAgentScope("data.read");
                group.MapGet("/", (int? limit, string? after) => $"{limit}{after}");
                group.MapGet("/{id}", (int id) => id).WithSummary("Reads one.");
                group.MapPost("/", (Item item) => item).WithName($"CreateResource{number}");
                group.MapDelete("/{id}", (int id) => Results.NoContent());
            }
        },
        tokens =>
        {
            tokens.Services.AddOpenApi();
            tokens.UseOpenApi();
        });

    private sealed record Item(string Name, int Count);
}
