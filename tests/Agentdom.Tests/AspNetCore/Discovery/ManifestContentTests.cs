using System.Text.Json;
using Agentdom.AspNetCore;
using Agentdom.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using JsonArray = System.Text.Json.Nodes.JsonArray;
using JsonNode = System.Text.Json.Nodes.JsonNode;
using Node = System.Text.Json.Nodes.JsonObject;

namespace Agentdom.Tests.AspNetCore;

/// <summary>What an app adds to its manifest: in code, in its configuration or in a file.</summary>
public sealed class ManifestContentTests : IDisposable
{
    private const string Path = "/.well-known/agentdom.json";

    private readonly string _folder = TestPaths.NewFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task ByDefaultItHasWhatPublishedToolsRequire()
    {
        await using var issuer = await TestIssuer.StartAsync();
        var manifest = await ReadAsync(issuer);

        Assert.Equal(
            ["version", "name", "host", "capabilities", "auth"], manifest.EnumerateObject().Select(static m => m.Name));
        Assert.Equal("1.0", manifest.GetProperty("version").GetString());
        Assert.Equal(issuer.Name, manifest.GetProperty("host").GetString());
        Assert.Equal(issuer.Name, manifest.GetProperty("name").GetString());
        Assert.Equal("[]", manifest.GetProperty("capabilities").GetRawText());
    }

    [Theory]
    [InlineData("https://api.example.com", "api.example.com")]
    [InlineData("https://api.example.com:8443/orders", "api.example.com:8443")]
    public async Task TheHostIsThatOfThePublicOrigin(string origin, string expected)
    {
        await using var issuer = await TestIssuer.StartAsync(o => o.PublicOrigin = new Uri(origin));

        Assert.Equal(expected, (await ReadAsync(issuer)).GetProperty("host").GetString());
    }

    [Fact]
    public async Task TheLoopbackServerWritesTheSame()
    {
        using var server = new LoopbackServer(
            0, new TokenIssuerOptions { Secrets = { TestIssuer.SecretText }, Scopes = { "data.read" } });
        var manifest = await Wire.JsonAsync(await Wire.Http.GetAsync(new Uri($"http://localhost:{server.Port}{Path}")));

        Assert.Equal(
            ["version", "name", "host", "capabilities", "auth"], manifest.EnumerateObject().Select(static m => m.Name));
        Assert.Equal(("1.0", $"localhost:{server.Port}"),
            (manifest.GetProperty("version").GetString(), manifest.GetProperty("host").GetString()));
    }

    [Fact]
    public async Task CodeAddsMembers()
    {
        await using var issuer = await TestIssuer.StartAsync(o =>
        {
            o.Manifest.Version = "3.0.0";
            o.Manifest.Name = "Orders & more é";
            o.Manifest.Description = "All orders.";
            o.Manifest.Homepage = new Uri("https://example.com/orders");
            o.Manifest.Capabilities.Add(new Node { ["intent"] = "orders.list" });
            o.Manifest.Members["meta"] = new Node { ["big"] = JsonNode.Parse("12345678901234567890") };
            o.Manifest.Members["auth"] = new Node
            {
                ["method"] = "api_key",
                ["key_header"] = "X-Key",
                ["agent_token_endpoint"] = "https://x",
            };
        });
        var manifest = await ReadAsync(issuer);

        Assert.Equal("3.0.0", manifest.GetProperty("version").GetString());
        Assert.Equal("Orders & more é", manifest.GetProperty("name").GetString());
        Assert.Equal("All orders.", manifest.GetProperty("description").GetString());
        Assert.Equal("https://example.com/orders", manifest.GetProperty("homepage").GetString());
        Assert.Equal("orders.list", manifest.GetProperty("capabilities")[0].GetProperty("intent").GetString());
        Assert.Equal("12345678901234567890", manifest.GetProperty("meta").GetProperty("big").GetRawText());
        var auth = manifest.GetProperty("auth");
        Assert.Equal(("api_key", "X-Key"), (auth.GetProperty("method").GetString(), auth.GetProperty("key_header").GetString()));
        Assert.Equal(issuer.Uri("/v1/agent-tokens").ToString(), auth.GetProperty("agent_token_endpoint").GetString());
        Assert.Equal("""["data.read","data.write"]""", auth.GetProperty("scopes").GetRawText());
    }

    [Fact]
    public async Task AFileIsServedWithTheTokenEndpointsInIt()
    {
        Write(
            """
            {
              // Comments are fine.
              "agentdom": "0.1", "name": "Orders", "x-own": { "n": 1e2 },
              "auth": { "method": "oauth2", "auth_url": "https://example.com/a", "token_url": "https://example.com/t",
                        "scopes": ["contacts"], "agent_token_endpoint": "https://old.example.com/t", "agent_token_audience": "old",
                        "agent_token_verify_endpoint": "https://old.example.com/v", "agent_token_revoke_endpoint": "https://old.example.com/r",
                        "agent_token_jwks_uri": "https://old.example.com/keys" },
              "capabilities": [{ "intent": "orders.list" }],
            }
            """);
        await using var issuer = await TestIssuer.StartAsync(o =>
        {
            o.Manifest.File = System.IO.Path.Combine(_folder, "agentdom.json");
            o.Manifest.Description = "Added in code.";
        });
        var manifest = await ReadAsync(issuer);
        using var agent = new Agent();
        var read = await agent.DiscoverAsync(issuer.Name);

        Assert.Equal("Orders", manifest.GetProperty("name").GetString());
        Assert.Equal("0.1", manifest.GetProperty("agentdom").GetString());
        Assert.Equal("1.0", manifest.GetProperty("version").GetString());
        Assert.Equal("1e2", manifest.GetProperty("x-own").GetProperty("n").GetRawText());
        Assert.Equal("Added in code.", manifest.GetProperty("description").GetString());
        Assert.Equal(1, manifest.GetProperty("capabilities").GetArrayLength());
        Assert.Equal("https://example.com/t", manifest.GetProperty("auth").GetProperty("token_url").GetString());
        Assert.Equal(("oauth2", issuer.Uri("/v1/agent-tokens"), null), (read.Method, read.TokenEndpoint, read.Audience));
        // This issuer publishes no keys.
        Assert.DoesNotContain("old", manifest.GetProperty("auth").GetRawText());
        // Tools for OAuth request every scope that is listed.
        Assert.Equal(["contacts"], read.Scopes);
    }

    [Fact]
    public async Task AFileWithoutAMethodGetsAgentTokenAndTheScopes()
    {
        Write("""{ "auth": { "scopes": ["old"], "docs": "https://example.com" } }""");
        await using var issuer = await StartWithFileAsync();
        var auth = (await ReadAsync(issuer)).GetProperty("auth");

        Assert.Equal("agent_token", auth.GetProperty("method").GetString());
        Assert.Equal("""["data.read","data.write"]""", auth.GetProperty("scopes").GetRawText());
        Assert.Equal("https://example.com", auth.GetProperty("docs").GetString());
    }

    [Fact]
    public async Task ARelativePathBeginsAtTheContentRoot()
    {
        Write("""{ "name": "Orders" }""");
        await using var host = await TestHost.StartAsync(
            app =>
            {
                app.MapAgentTokens("/tokens");
                app.MapAgentdomManifest();
            },
            builder =>
            {
                builder.Environment.ContentRootPath = _folder;
                builder.Services.AddAgentTokenIssuer(
                    Section(("T:Manifest:File", "agentdom.json"), ("T:Manifest:Homepage", "https://example.com")));
            });
        var manifest = await Wire.JsonAsync(await Wire.Http.GetAsync(host.Uri(Path)));

        Assert.Equal("Orders", manifest.GetProperty("name").GetString());
        Assert.Equal("https://example.com", manifest.GetProperty("homepage").GetString());
    }

    [Theory]
    [InlineData(null, "cannot be read")]
    [InlineData("", "not valid JSON")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("null", "not a JSON object")]
    [InlineData("""{ "name": "a", "name": "b" }""", "not valid JSON")]
    [InlineData("""{ "auth": "api_key" }""", "'auth' is not an object")]
    [InlineData("""{ "capabilities": {} }""", "'capabilities' is not a list")]
    public async Task AFileThatCannotBeUsedStopsTheApp(string? content, string expected)
    {
        if (content is not null) Write(content);
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => StartWithFileAsync());

        Assert.Contains(System.IO.Path.Combine(_folder, "agentdom.json"), error.Message);
        Assert.Contains(expected, error.Message);
    }

    [Fact]
    public async Task AFileThatAgentsWouldNotReadStopsTheApp()
    {
        Write($$"""{ "name": "{{new string('x', 2 * 1024 * 1024)}}" }""");

        Assert.Contains("2 MiB", (await Assert.ThrowsAsync<OptionsValidationException>(() => StartWithFileAsync())).Message);
    }

    [Fact]
    public async Task WhatTheOptionsAddAndAgentsWouldNotReadStopsTheApp()
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(
            () => TestIssuer.StartAsync(static o => o.Manifest.Members["x"] = new string('x', 2 * 1024 * 1024)));
        Assert.Contains("has more than 2 MiB", error.Message);
        JsonNode deep = new JsonArray();
        for (var level = 1; level < 32; level++) deep = new JsonArray(deep);
        error = await Assert.ThrowsAsync<OptionsValidationException>(
            () => TestIssuer.StartAsync(o => o.Manifest.Members["x"] = deep));
        Assert.Contains("has more than 32 levels", error.Message);
    }

    [Fact]
    public async Task AFileThatIsTooLargeWithTheRestIsServedWithAnEvent()
    {
        Write($$"""{ "name": "{{new string('x', 2 * 1024 * 1024 - 20)}}" }""");
        using var log = new LogCapture();
        await using var issuer = await StartWithFileAsync(services => services.AddLogging(l => l.AddProvider(log)));
        for (var request = 0; request < 3; request++)
        {
            using var answer = await issuer.GetAsync(Path);
            Assert.Equal(200, (int)answer.StatusCode);
        }

        var entry = Assert.Single(log.All, static e => e.Id == 2023);
        Assert.Equal(LogLevel.Error, entry.Level);
        Assert.Contains("has more than 2 MiB", entry.Text);
    }

    [Fact]
    public async Task AFileThatCannotBeReadAfterAReloadIsTriedAgainAfterSomeSeconds()
    {
        Write("""{ "name": "first" }""");
        using var log = new LogCapture();
        var (time, settings) = (new ManualTime(), new ReloadableSettings());
        var other = System.IO.Path.Combine(_folder, "other.json");
        settings.Change(
            ("T:Secrets:0", TestIssuer.SecretText), ("T:Scopes:0", "data.read"),
            ("T:Manifest:File", System.IO.Path.Combine(_folder, "agentdom.json")));
        await using var host = await TestHost.StartAsync(
            app =>
            {
                app.MapAgentTokens("/tokens");
                app.MapAgentdomManifest();
            },
            builder =>
            {
                builder.Services.AddSingleton<TimeProvider>(time).AddLogging(l => l.AddProvider(log));
                builder.Services.AddAgentTokenIssuer(settings.Section("T"));
            });
        async Task<string?> NameOfAsync() =>
            (await Wire.JsonAsync(await Wire.Http.GetAsync(host.Uri(Path)))).GetProperty("name").GetString();
        Assert.Equal("first", await NameOfAsync());

        settings.Change(("T:Manifest:File", other));
        Assert.Equal("first", await NameOfAsync());
        // There now, but the failure is remembered.
        await File.WriteAllTextAsync(other, """{ "name": "second" }""");
        Assert.Equal("first", await NameOfAsync());
        Assert.Single(log.All, static e => e.Id == 2020);
        time.Advance(5);
        Assert.Equal("second", await NameOfAsync());
    }

    [Fact]
    public async Task AFileThatChangesIsServedAndOneThatBreaksIsNot()
    {
        Write("""{ "name": "first" }""");
        using var log = new LogCapture();
        var time = new ManualTime();
        await using var issuer = await StartWithFileAsync(
            services => services.AddSingleton<TimeProvider>(time).AddLogging(l => l.AddProvider(log)));
        using var first = await issuer.GetAsync(Path);
        Assert.Equal("first", await NameAsync(issuer));

        // The same date as before: only the content tells.
        var date = File.GetLastWriteTimeUtc(System.IO.Path.Combine(_folder, "agentdom.json"));
        Write("""{ "name": "other" }""");
        File.SetLastWriteTimeUtc(System.IO.Path.Combine(_folder, "agentdom.json"), date);
        time.Advance(5);
        using var second = await issuer.GetAsync(Path);
        Assert.Equal("other", await NameAsync(issuer));
        Assert.NotEqual(first.Headers.ETag, second.Headers.ETag);

        Write("{");
        for (var request = 0; request < 3; request++)
        {
            time.Advance(5);
            Assert.Equal("other", await NameAsync(issuer));
        }
        var entry = Assert.Single(log.All, static e => e.Id == 2020);
        Assert.Equal(LogLevel.Error, entry.Level);
        Assert.Contains("agentdom.json", entry.Text);

        Write("""{ "name": "mended" }""");
        time.Advance(5);
        Assert.Equal("mended", await NameAsync(issuer));
    }

    [Theory]
    [InlineData("T:Manifest:Members:x", "y", "'Manifest:Members' is unknown")]
    [InlineData("T:Manifest:Capabilities:0:intent", "y", "'Manifest:Capabilities' is unknown")]
    [InlineData("T:Manifest:Titel", "y", "'Manifest:Titel' is unknown")]
    [InlineData("T:Manifest:Homepage", "/relative", "homepage")]
    [InlineData("T:Manifest:Homepage", "http://[", "homepage")]
    [InlineData("T:Manifest:Homepage", "https://user:password@example.com", "homepage")]
    public async Task ASettingThatWouldHaveNoEffectStopsTheApp(string key, string value, string expected)
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => TestHost.StartAsync(
            app => app.MapAgentTokens("/tokens"), builder => builder.Services.AddAgentTokenIssuer(Section((key, value)))));

        Assert.Contains(expected, error.Message);
        Assert.DoesNotContain("password", error.Message);
    }

    [Fact]
    public async Task AuthThatIsNoObjectStopsTheApp()
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(
            () => TestIssuer.StartAsync(o => o.Manifest.Members["auth"] = new JsonArray()));

        Assert.Contains("'auth'", error.Message);
    }

    private static IConfiguration Section(params (string Key, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(new[] { ("T:Secrets:0", TestIssuer.SecretText), ("T:Scopes:0", "data.read") }
            .Concat(settings).ToDictionary(static s => s.Item1, static s => (string?)s.Item2)).Build().GetSection("T");

    private static async Task<JsonElement> ReadAsync(TestIssuer issuer) => await Wire.JsonAsync(await issuer.GetAsync(Path));

    private static async Task<string?> NameAsync(TestIssuer issuer) => (await ReadAsync(issuer)).GetProperty("name").GetString();

    private void Write(string content) => File.WriteAllText(System.IO.Path.Combine(_folder, "agentdom.json"), content);

    private Task<TestIssuer> StartWithFileAsync(Action<IServiceCollection>? services = null) =>
        TestIssuer.StartAsync(o => o.Manifest.File = System.IO.Path.Combine(_folder, "agentdom.json"), services);
}
