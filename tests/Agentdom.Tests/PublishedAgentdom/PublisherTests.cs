using System.Text.Json.Nodes;
using Agentdom.Tests.Support;
using JsonObject = System.Text.Json.Nodes.JsonObject;

namespace Agentdom.Tests.PublishedAgentdom;

/// <summary>What the published tools for publishers, and the published client, say about a manifest that this project writes.</summary>
public sealed class PublisherTests
{
    [Fact]
    public async Task AManifestWithAnotherMethodBesideHasNoError()
    {
        await using var app = await StartAsync("api_key");

        var (exitCode, output, errors) = await app.RunAsync(PublishedTools.Publisher, "verify", $"--host={app.Name}");
        Assert.True(exitCode == 0, output + errors);
        Assert.Contains("Manifest is valid", output);
        Assert.Contains("Auth method: api_key", output);
        Assert.DoesNotContain("error(s)", output);
        Assert.DoesNotContain("warning(s)", output);

        (exitCode, output, errors) = await ValidateAsync(app);
        Assert.True(exitCode == 0, output + errors);
        Assert.Contains("0 errors", output);
        Assert.Contains($"Host:         {app.PlainName}", output);
        Assert.Contains("Version:      1.0", output);
    }

    [Fact]
    public async Task WithAgentTokenAloneTheOnlyErrorIsAboutTheMethod()
    {
        await using var app = await StartAsync(null);

        foreach (var (exitCode, output, _) in new[]
        {
            await app.RunAsync(PublishedTools.Publisher, "verify", $"--host={app.Name}"), await ValidateAsync(app),
        })
        {
            Assert.Equal(1, exitCode);
            Assert.Contains("1 error(s)", output);
            Assert.Contains("Unknown auth method: agent_token", output);
        }
    }

    [Fact]
    public async Task TheSameManifestServesRequestAtpToken()
    {
        await using var app = await StartAsync("api_key");
        var result = await ChildEngine.RunAsync(
            $"""
            (Get-AtpManifest https://{app.Name}).Method
            (Request-AtpToken https://{app.Name} data.read -NoPersist).ScopesGranted
            """,
            ("SSL_CERT_FILE", app.Authority.File), ("AGENTDOM_ATP_SECRET", TestIssuer.SecretText),
            ("AGENTDOM_HOME", Path.Combine(app.Home, "agentdom")));

        Assert.Equal("", result.Errors);
        Assert.Equal(["api_key", "data.read"], result.Output);
    }

    [Fact]
    public async Task ThePublishedClientDiscoversTheHost()
    {
        await using var app = await StartAsync(null);
        var (exitCode, output, errors) = await app.RunAsync(PublishedTools.Agentdom, "discover", app.Name);

        Assert.True(exitCode == 0, output + errors);
        var found = JsonNode.Parse(output)!;
        Assert.Equal($"https://{app.Name}/.well-known/agentdom.json", found["source_url"]!.ToString());
        Assert.Equal($"https://{app.Name}/v1/agent-tokens", found["manifest"]!["auth"]!["agent_token_endpoint"]!.ToString());
    }

    private static Task<TlsApp> StartAsync(string? method) => TlsApp.StartAsync(o =>
    {
        if (method is not null)
            o.Manifest.Members["auth"] = new JsonObject { ["method"] = method, ["key_header"] = "X-Api-Key", ["key_format"] = "{token}" };
        o.Manifest.Capabilities.Add(new JsonObject
        {
            ["intent"] = "data.read",
            ["description"] = "Reads the data.",
            ["transport"] = "api",
            ["method"] = "GET",
            ["endpoint"] = "https://api.example.com/data/{id}",
            ["args"] = new JsonObject { ["id"] = new JsonObject { ["type"] = "string", ["required"] = true } },
            ["side_effects"] = new JsonArray("read"),
        });
    });

    private static async Task<(int ExitCode, string Output, string Errors)> ValidateAsync(TlsApp app)
    {
        var file = Path.Combine(app.Home, "agentdom.json");
        using var manifest = await app.GetAsync("/.well-known/agentdom.json");
        await File.WriteAllTextAsync(file, await manifest.Content.ReadAsStringAsync());
        return await app.RunAsync(PublishedTools.Publisher, "validate", $"--manifest={file}");
    }
}
