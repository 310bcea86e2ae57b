using System.Text.Json;
using Agentdom.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.Tests.PublishedAgentdom;

/// <summary>The manifests of well-known hosts that the published package comes with: what is out there.</summary>
[Collection(PowerShellCollection.Name)]
public sealed class BundledManifestTests
{
    // What version 3.7.0 has. Fewer would mean that the test looks in the wrong place.
    private const int Count = 35;

    [Fact]
    public async Task EachIsReadOrItsErrorSaysWhy()
    {
        using var agent = new Agent();
        var served = "";
        await using var host = await TestHost.StartAsync(
            app => app.MapGet("/.well-known/agentdom.json", () => Results.File(served, "application/json")));
        var files = PublishedTools.Manifests;
        Assert.Equal(Count, files.Length);
        Assert.Contains(files, static file => new FileInfo(file).Length > 500_000);

        foreach (var file in files)
        {
            served = file;
            var auth = AuthOf(file);
            // None of them has the endpoint. Anything else, such as a limit of size, would be another error.
            var error = await Agent.FailsAsync(AtpError.MethodUnsupported, () => agent.DiscoverAsync(host.Name, fresh: true));

            Assert.Contains($"the authentication method '{auth.GetProperty("method").GetString()}'", error.Message);
            Assert.Contains("no 'agent_token_endpoint'", error.Message);
            Assert.Equal(auth.TryGetProperty("agent_tokens", out _), error.Message.Contains("'agent_tokens'", StringComparison.Ordinal));
        }
        Assert.Contains(files, static file => AuthOf(file).TryGetProperty("agent_tokens", out _));
    }

    [Fact]
    public async Task GetAtpManifestSaysTheSame()
    {
        var served = "";
        await using var host = await TestHost.StartAsync(
            app => app.MapGet("/.well-known/agentdom.json", () => Results.File(served, "application/json")));
        using var engine = new Engine();

        foreach (var file in PublishedTools.Manifests)
        {
            served = file;
            var result = engine.Run($"Get-AtpManifest {host.Name}");

            Assert.Equal("AtpMethodUnsupported", result.ErrorId);
            Assert.Contains($"'{AuthOf(file).GetProperty("method").GetString()}'", Assert.Single(result.Errors).Exception.Message);
        }
    }

    [Fact]
    public async Task EachCanBeTheFileOfAnApp()
    {
        using var agent = new Agent();
        foreach (var file in PublishedTools.Manifests)
        {
            await using var host = await TestHost.StartAsync(
                app =>
                {
                    app.MapAgentTokens("/v1/agent-tokens");
                    app.MapAgentdomManifest();
                },
                builder => builder.Services.AddAgentTokenIssuer(o =>
                {
                    o.Secrets.Add(TestIssuer.SecretText);
                    o.Scopes.Add("data.read");
                    o.Manifest.File = file;
                }));
            var manifest = await agent.DiscoverAsync(host.Name);
            using var before = JsonDocument.Parse(await File.ReadAllTextAsync(file));
            var after = await Wire.JsonAsync(await Wire.Http.GetAsync(host.Uri("/.well-known/agentdom.json")));

            Assert.Equal(host.Uri("/v1/agent-tokens"), manifest.TokenEndpoint);
            AssertHasAll(before.RootElement, after, file, except: "auth");
            AssertHasAll(AuthOf(file), after.GetProperty("auth"), file);
        }
    }

    private static void AssertHasAll(JsonElement expected, JsonElement actual, string file, string? except = null)
    {
        foreach (var member in expected.EnumerateObject().Where(m => m.Name != except))
            Assert.True(JsonElement.DeepEquals(member.Value, actual.GetProperty(member.Name)), $"{file}: {member.Name}");
    }

    private static JsonElement AuthOf(string file) =>
        JsonDocument.Parse(File.ReadAllText(file)).RootElement.GetProperty("auth");
}
