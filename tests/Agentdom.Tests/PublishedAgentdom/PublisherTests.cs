using System.Text.Json.Nodes;
using Agentdom.Tests.Support;
using JsonObject = System.Text.Json.Nodes.JsonObject;

namespace Agentdom.Tests.PublishedAgentdom;

/// <summary>
/// What the published tools for publishers, the published client, and our own cmdlets say about the manifest of the sample issuer, over
/// https.
/// </summary>
public sealed class PublisherTests : IAsyncLifetime
{
    private readonly string _home = TestPaths.NewFolder();
    private readonly string _name = $"localhost:{FreePort.Find()}";
    private ThrowawayAuthority _authority = null!;
    private SampleIssuer? _issuer;

    public ValueTask InitializeAsync()
    {
        PublishedTools.SkipIfMissing();
        _authority = new ThrowawayAuthority(_home);
        return default;
    }

    public ValueTask DisposeAsync()
    {
        _issuer?.Dispose();
        _authority?.Dispose();
        Directory.Delete(_home, recursive: true);
        return default;
    }

    [Fact]
    public async Task OneManifestWithAnotherMethodBesideServesThemAll()
    {
        await StartAsync(new JsonObject
        {
            ["auth"] = new JsonObject { ["method"] = "api_key", ["key_header"] = "Authorization", ["key_format"] = "Bearer {token}" },
            ["capabilities"] = new JsonArray(new JsonObject
            {
                ["intent"] = "data.read",
                ["description"] = "Reads the data.",
                ["transport"] = "api",
                ["method"] = "GET",
                ["endpoint"] = $"https://{_name}/data",
                ["args"] = new JsonObject(),
                ["side_effects"] = new JsonArray("read"),
            }),
        });

        var (exitCode, output, errors) = await RunAsync(PublishedTools.Publisher, "verify", $"--host={_name}");
        Assert.True(exitCode == 0, output + errors);
        Assert.Contains("Manifest is valid", output);
        Assert.Contains("Auth method: api_key", output);
        Assert.DoesNotContain("error(s)", output);
        Assert.DoesNotContain("warning(s)", output);

        (exitCode, output, errors) = await ValidateAsync();
        Assert.True(exitCode == 0, output + errors);
        Assert.Contains("0 errors", output);
        Assert.Contains("Version:      1.0", output);

        var result = await ChildEngine.RunAsync(
            $"""
            (Get-AtpManifest https://{_name}).Method
            $token = Request-AtpToken https://{_name} data.read -NoPersist
            $token.ScopesGranted
            [Net.NetworkCredential]::new('', $token.AccessToken).Password
            """,
            ("SSL_CERT_FILE", _authority.File), ("AGENTDOM_ATP_SECRET", TestIssuer.SecretText),
            ("AGENTDOM_HOME", Path.Combine(_home, "agentdom")));
        Assert.Equal("", result.Errors);
        Assert.Equal(["api_key", "data.read"], result.Output[..2]);

        // This tool sends a token as the manifest says.
        (exitCode, output, errors) = await RunAsync(
            PublishedTools.Publisher, "test", $"--host={_name}", "--intent=data.read", $"--token={result.Output[2]}");
        Assert.True(exitCode == 0, output + errors);
        Assert.Contains("Hello, agent.", output);
        await AssertDiscoveredAsync();
    }

    [Fact]
    public async Task WithAgentTokenAloneTheOnlyErrorIsAboutTheMethod()
    {
        await StartAsync();
        foreach (var (exitCode, output, _) in new[]
        {
            await RunAsync(PublishedTools.Publisher, "verify", $"--host={_name}"), await ValidateAsync(),
        })
        {
            Assert.Equal(1, exitCode);
            Assert.Contains("1 error(s)", output);
            Assert.Contains("Unknown auth method: agent_token", output);
        }
        await AssertDiscoveredAsync();
    }

    private async Task AssertDiscoveredAsync()
    {
        var (exitCode, output, errors) = await RunAsync(PublishedTools.Agentdom, "discover", _name);

        Assert.True(exitCode == 0, output + errors);
        var found = JsonNode.Parse(output)!;
        Assert.Equal($"https://{_name}/.well-known/agentdom.json", found["source_url"]!.ToString());
        Assert.Equal($"https://{_name}/v1/agent-tokens", found["manifest"]!["auth"]!["agent_token_endpoint"]!.ToString());
        // The sample knows no agent here, so it offers nothing for API keys.
        Assert.Null(found["manifest"]!["auth"]!["agent_tokens"]);
    }

    private async Task StartAsync(JsonObject? manifest = null)
    {
        var file = Path.Combine(_home, "own.json");
        await File.WriteAllTextAsync(file, (manifest ?? []).ToJsonString());
        _issuer = await TlsSample.StartAsync(
            _authority, _home, int.Parse(_name.Split(':')[1], null), "memory", ("AgentTokens__Manifest__File", file));
    }

    private Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments) =>
        PublishedTools.RunAsync(_authority, _home, arguments);

    private async Task<(int ExitCode, string Output, string Errors)> ValidateAsync()
    {
        var file = Path.Combine(_home, "agentdom.json");
        using var manifest = await _issuer!.GetAsync("/.well-known/agentdom.json");
        await File.WriteAllTextAsync(file, await manifest.Content.ReadAsStringAsync());
        return await RunAsync(PublishedTools.Publisher, "validate", $"--manifest={file}");
    }
}
