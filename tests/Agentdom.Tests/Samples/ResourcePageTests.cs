using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Agentdom.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Agentdom.Tests.Samples;

/// <summary>Runs each block of docs/resource.md.</summary>
public sealed partial class ResourcePageTests : IDisposable
{
    private static readonly string s_page = File.ReadAllText(Path.Combine(TestPaths.RepositoryRoot, "docs", "resource.md"));

    private readonly string _folder = TestPaths.NewFolder();
    private readonly int _port = FreePort.Find();

    [Theory]
    [InlineData("AddAgentToken(", "samples/Resource/Program.cs")]
    [InlineData("AddJwtBearer(", "tests/JwtBearerResource/Program.cs")]
    public void ThePageShowsTheProgramThatIsTested(string marker, string file)
    {
        var program = File.ReadAllText(Path.Combine(TestPaths.RepositoryRoot, file));
        Assert.Equal(Block("csharp", marker).Trim(), Comments().Replace(program, "").Trim());
    }

    [Fact]
    public async Task TheSettingsOfThePageAreEnough()
    {
        using var issuer = await StartIssuerAsync();
        File.WriteAllText(Path.Combine(_folder, "appsettings.json"), Block("json", "\"AgentToken\"")
            .Replace("https://issuer.example.com", issuer.Url, StringComparison.Ordinal));
        using var api = await SampleResource.StartInAsync(_folder);

        await AssertChecksAsync(issuer, api.StatusAsync);
    }

    [Fact]
    public void ThePageShowsTheClientThatIsTested()
    {
        var test = Path.Combine(
            TestPaths.RepositoryRoot, "tests", "Agentdom.Tests", "AspNetCore", "Remote", "RemoteIssuerTests.cs");
        Assert.Contains(OneLine(Block("csharp", "AddHttpClient(")), OneLine(File.ReadAllText(test)));
    }

    [Fact]
    public async Task TheJwtBearerHandlerChecksTokens()
    {
        using var issuer = await StartIssuerAsync();
        using var api = await SampleResource.StartJwtBearerAsync(issuer.Url);

        await AssertChecksAsync(issuer, api.StatusAsync);
    }

    [Fact]
    public async Task ExpressChecksTokens()
    {
        using var issuer = await StartIssuerAsync();
        using var api = await StartExpressAsync(issuer.Url);

        await AssertChecksAsync(issuer, api.StatusAsync);
        using var missing = await api.GetAsync(null);
        Assert.Equal("Bearer", missing.Headers.WwwAuthenticate.ToString());
        using var invalid = await api.GetAsync("garbage");
        Assert.Equal("Bearer error=\"invalid_token\"", invalid.Headers.WwwAuthenticate.ToString());
    }

    [Fact]
    public async Task ExpressDoesNotCallATokenInvalidBecauseItHasNoKeys()
    {
        string token;
        using (var issuer = await StartIssuerAsync()) token = await issuer.TokenAsync();
        using var api = await StartExpressAsync($"http://127.0.0.1:{_port}");

        Assert.Equal(503, await api.StatusAsync(token));
        using var again = await StartIssuerAsync();
        Assert.Equal(200, await api.StatusAsync(token));
    }

    [Fact]
    public async Task ExpressRequiresThatATokenExpires()
    {
        // The real issuer signs no such token.
        var key = KeyPair.Ec();
        await using var documents = await PublishedDocuments.StartAsync(key);
        using var api = await StartExpressAsync(documents.Name);

        Assert.Equal(200, await api.StatusAsync(key.Token(documents.Name, DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 60)));
        Assert.Equal(401, await api.StatusAsync(key.Token(documents.Name, 0, claims: static claims => claims.Remove("exp"))));
    }

    [Theory]
    [InlineData("Express")]
    [InlineData("JwtBearer")]
    public async Task TheClockOfTheIssuerMayBeAheadAndNoTokenIsValidForLonger(string stack)
    {
        var key = KeyPair.Ec();
        await using var documents = await PublishedDocuments.StartAsync(key);
        using var api = stack == "Express"
            ? await StartExpressAsync(documents.Name)
            : await SampleResource.StartJwtBearerAsync(documents.Name);

        Assert.Equal(200, await StatusAsync(issued: 290, expires: 600));
        Assert.Equal(401, await StatusAsync(issued: 330, expires: 600));
        Assert.Equal(401, await StatusAsync(issued: -60, expires: -1));

        Task<int> StatusAsync(int issued, int expires)
        {
            var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
            return api.StatusAsync(key.Token(documents.Name, now + expires, claims: claims => claims["nbf"] = now + issued));
        }
    }

    private async Task<SampleResource> StartExpressAsync(string issuer)
    {
        var modules = Path.Combine(TestPaths.RepositoryRoot, "tests", "jose", "node_modules");
        Needs.That(Directory.Exists(modules), "jose", $"Express and jose are not here (npm ci, in {Path.GetDirectoryName(modules)}).");
        Directory.CreateSymbolicLink(Path.Combine(_folder, "node_modules"), modules);
        var port = FreePort.Find();
        const string SaysWhereItListens = "setTimeout(() => console.log(`Now listening on: http://127.0.0.1:${process.env.PORT}`), 0);\n";
        File.WriteAllText(Path.Combine(_folder, "app.mjs"), Block("js", "express()") + SaysWhereItListens);
        var start = new ProcessStartInfo("node", [Path.Combine(_folder, "app.mjs")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["ISSUER"] = issuer, ["PORT"] = $"{port}" },
        };
        return new SampleResource(await AppProcess.StartAsync(start));
    }

    [Fact]
    public async Task NginxChecksTokensAndNoticesARevokedOne()
    {
        using var issuer = await StartIssuerAsync();
        await using var service = await StartServiceAsync();
        using var nginx = await StartNginxAsync(new Uri(issuer.Url).Authority, service.Name);
        var token = await issuer.TokenAsync();

        Assert.Equal((200, "test-agent"), await nginx.GetAsync("/data", token, "somebody else"));
        await AssertChecksAsync(issuer, async presented => (await nginx.GetAsync("/data", presented)).Status);

        Assert.Equal("Bearer", await nginx.ChallengeAsync("/data", null));
        Assert.Equal("Bearer error=\"invalid_token\"", await nginx.ChallengeAsync("/data", "garbage"));
        Assert.Equal(
            "Bearer error=\"insufficient_scope\"", await nginx.ChallengeAsync("/data", await issuer.TokenAsync("data.write")));
        Assert.Null(await nginx.ChallengeAsync("/data", token));

        await issuer.RevokeAsync(token);
        Assert.Equal(401, (await nginx.GetAsync("/data", token)).Status);
        issuer.Dispose();
        Assert.Equal(500, (await nginx.GetAsync("/data", token)).Status);
    }

    [Theory]
    [InlineData("agent\r\nX-Admin: yes")]
    [InlineData("agent\nX-Admin: yes")]
    [InlineData("agent\r\n\r\nGET /admin HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("agent\0")]
    [InlineData("an agent")]
    [InlineData("agént")]
    [InlineData("")]
    public async Task NginxMakesNoHeaderOfAnIdThatCouldBeMore(string id)
    {
        var subject = id;
        var sent = new ConcurrentQueue<string>();
        await using var issuer = await StartIntrospectionAsync(() => subject, _ => { });
        await using var service = await StartServiceAsync(request => sent.Enqueue(request.Path));
        using var nginx = await StartNginxAsync(issuer.Name, service.Name);

        Assert.Equal(403, (await nginx.GetAsync("/data", "a.b.c")).Status);
        Assert.Empty(sent);
        subject = "build-7";
        Assert.Equal((200, "build-7"), await nginx.GetAsync("/data", "a.b.c"));
    }

    [Fact]
    public async Task NginxAsksForWhatLooksLikeATokenOnlyAndForEachSenderOnlySoOften()
    {
        var asked = new ConcurrentQueue<string>();
        await using var issuer = await StartIntrospectionAsync(
            static () => "build-7", request => asked.Enqueue(string.Join(' ', request.Headers.Keys)));
        await using var service = await StartServiceAsync();
        using var nginx = await StartNginxAsync(issuer.Name, service.Name);

        foreach (var text in new[] { "garbage", "a.b", "a.b.c.d", "a..c", "a.b.c/d", new string('a', 5_000) })
            Assert.Equal(401, (await nginx.GetAsync("/data", text)).Status);
        Assert.Empty(asked);

        Assert.Equal(200, (await nginx.GetAsync("/data", "a.b.c", "X-Agent")).Status);
        var headers = Assert.Single(asked).Split(' ');
        Assert.DoesNotContain("Agent-Id", headers);
        Assert.DoesNotContain("Authorization", headers);

        // They all come within a moment, and only so many are let through at once.
        var statuses = await Task.WhenAll(Enumerable.Range(0, 200).Select(async _ => (await nginx.GetAsync("/data", "a.b.c")).Status));
        Assert.Contains(429, statuses);
        Assert.All(statuses, static status => Assert.True(status is 200 or 429));
        Assert.Equal(statuses.Count(static status => status == 200) + 1, asked.Count);
    }

    // A fake, because no token of the real issuer is as short, and the id changes.
    private static Task<TestHost> StartIntrospectionAsync(Func<string> subject, Action<HttpRequest> watch) => TestHost.StartAsync(
        app => app.MapPost("/v1/agent-tokens/introspect", (HttpContext http) =>
        {
            watch(http.Request);
            return new { active = true, scope = "data.read", sub = subject() };
        }));

    private static Task<TestHost> StartServiceAsync(Action<HttpRequest>? watch = null) => TestHost.StartAsync(
        app => app.Map("/{**path}", (HttpContext http) =>
        {
            watch?.Invoke(http.Request);
            return http.Request.Headers["Agent-Id"].ToString();
        }));

    private async Task<Nginx> StartNginxAsync(string issuer, string service)
    {
        Needs.That(File.Exists(Nginx.Module), "nginx", "nginx with its module njs is not here (libnginx-mod-http-js).");
        File.WriteAllText(Path.Combine(_folder, "introspect.js"), Block("js", "async function check"));
        return await Nginx.StartAsync(_folder, Block("nginx", "auth_request")
            .Replace("127.0.0.1:5001", issuer, StringComparison.Ordinal)
            .Replace("127.0.0.1:5002", service, StringComparison.Ordinal));
    }

    private static string OneLine(string code) => Spaces().Replace(code, "");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task AssertChecksAsync(SampleIssuer issuer, Func<string?, Task<int>> statusAsync)
    {
        Assert.Equal(200, await statusAsync(await issuer.TokenAsync()));
        Assert.Equal(403, await statusAsync(await issuer.TokenAsync("data.write")));
        Assert.Equal(401, await statusAsync(null));
        Assert.Equal(401, await statusAsync((await issuer.TokenAsync())[..^8] + "AAAAAAAA"));
    }

    private Task<SampleIssuer> StartIssuerAsync()
    {
        var key = Path.Combine(_folder, "key.pem");
        if (!File.Exists(key)) File.WriteAllText(key, KeyPair.Ec().Pem);
        return SampleIssuer.StartAtAsync(_port, ("ATP_SIGNING_KEY", key), ("ATP_PUBLIC_ORIGIN", $"http://127.0.0.1:{_port}"));
    }

    private static string Block(string language, string marker) => Blocks().Matches(s_page)
        .Where(block => block.Groups[1].Value == language).Select(static block => block.Groups[2].Value)
        .Single(text => text.Contains(marker, StringComparison.Ordinal));

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex("^```([a-z]+)\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Blocks();

    // The lines of comments at the beginning of a program.
    [GeneratedRegex(@"\A(//[^\n]*\n|\n)+")]
    private static partial Regex Comments();
}
