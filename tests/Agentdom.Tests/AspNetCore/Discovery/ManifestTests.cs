using System.Net.Sockets;
using System.Text;
using Agentdom.AspNetCore;
using Agentdom.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.Tests.AspNetCore;

public sealed class ManifestTests
{
    private const string Path = "/.well-known/agentdom.json";

    [Fact]
    public async Task TheManifestNamesEverythingAnAgentNeeds()
    {
        await using var issuer = await TestIssuer.StartAsync();
        using var response = await issuer.GetAsync(Path);

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.ToString());
        Assert.Equal(TimeSpan.FromMinutes(5), response.Headers.CacheControl?.MaxAge);
        var auth = (await Wire.JsonAsync(response)).GetProperty("auth");
        Assert.Equal(
            ["agent_token_endpoint", "agent_token_revoke_endpoint", "agent_token_verify_endpoint", "method", "scopes"],
            auth.EnumerateObject().Select(p => p.Name).Order());
        Assert.Equal("agent_token", auth.GetProperty("method").GetString());
        Assert.Equal("""["data.read","data.write"]""", auth.GetProperty("scopes").GetRawText());
        var endpoint = $"http://{issuer.Name}/v1/agent-tokens";
        Assert.Equal(endpoint, auth.GetProperty("agent_token_endpoint").GetString());
        Assert.Equal($"{endpoint}/verify", auth.GetProperty("agent_token_verify_endpoint").GetString());
        Assert.Equal($"{endpoint}/revoke", auth.GetProperty("agent_token_revoke_endpoint").GetString());
    }

    [Fact]
    public async Task TheEndpointsLieOnTheHostThatWasAsked()
    {
        await using var issuer = await TestIssuer.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, issuer.Uri(Path));
        request.Headers.Host = "api.example.com:8443";
        using var response = await Wire.Http.SendAsync(request);

        Assert.Equal("http://api.example.com:8443/v1/agent-tokens", await EndpointAsync(response));
    }

    [Fact]
    public async Task WhatComesFromTheRequestIsNotForSharedCaches()
    {
        await using var issuer = await StartBehindProxyAsync();
        using var response = await GetFromProxyAsync(issuer);

        Assert.Equal("https://evil.example/prefix/v1/agent-tokens", await EndpointAsync(response));
        Assert.True(response.Headers.CacheControl!.Private);
        Assert.False(response.Headers.CacheControl.Public);
        Assert.Superset(
            new HashSet<string> { "Host", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Prefix" },
            response.Headers.Vary.ToHashSet());
    }

    [Fact]
    public async Task ItVariesOnTheHeadersThatTheAppForwards()
    {
        await using var issuer = await StartBehindProxyAsync(s => s.Configure<ForwardedHeadersOptions>(
            o => o.ForwardedHostHeaderName = "X-Real-Host"));
        using var response = await GetFromProxyAsync(issuer);

        Assert.Contains("X-Real-Host", response.Headers.Vary);
    }

    [Theory]
    [InlineData("https://api.example.com", "https://api.example.com")]
    [InlineData("https://api.example.com/", "https://api.example.com")]
    [InlineData("https://example.com/api/", "https://example.com/api")]
    public async Task WithAPublicOriginNothingOfTheRequestIsUsed(string origin, string expected)
    {
        await using var issuer = await StartBehindProxyAsync(configure: o => o.PublicOrigin = new Uri(origin));
        using var response = await GetFromProxyAsync(issuer);

        Assert.Equal($"{expected}/v1/agent-tokens", await EndpointAsync(response));
        Assert.True(response.Headers.CacheControl!.Public);
        Assert.Empty(response.Headers.Vary);
        Assert.Equal(
            await response.Content.ReadAsStringAsync(), await (await issuer.GetAsync("/base" + Path)).Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("xn--")]
    [InlineData("a..b")]
    [InlineData("a~b!")]
    [InlineData("api.example.com:0")]
    [InlineData("api.example.com:65536")]
    [InlineData("")]
    public async Task AHostHeaderThatIsNoHostIsRefused(string host)
    {
        await using var issuer = await TestIssuer.StartAsync();
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", issuer.Uri("/").Port, TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync(
            Encoding.ASCII.GetBytes($"GET {Path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"),
            TestContext.Current.CancellationToken);
        using var reader = new StreamReader(client.GetStream());
        var answer = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);

        Assert.StartsWith("HTTP/1.1 400", answer);
        Assert.Contains("\"invalid_request\"", answer);
    }

    [Theory]
    [InlineData("[::1]:8080", "http://[::1]:8080")]
    [InlineData("localhost:5001", "http://localhost:5001")]
    [InlineData("b\u00fccher.example", "http://xn--bcher-kva.example")]
    [InlineData("10.0.0.1", "http://10.0.0.1")]
    public async Task AnyHostNameOrAddressIsTaken(string host, string expected)
    {
        await using var issuer = await StartBehindProxyAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, issuer.Uri(Path));
        request.Headers.Host = new HostString(host).ToUriComponent();

        Assert.Equal($"{expected}/v1/agent-tokens", await EndpointAsync(await Wire.Http.SendAsync(request)));
    }

    [Fact]
    public async Task HeadIsAnsweredAsGetWithoutTheBody()
    {
        await using var issuer = await TestIssuer.StartAsync();
        using var get = await issuer.GetAsync(Path);
        using var head = await Wire.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, issuer.Uri(Path)));

        Assert.Equal(200, (int)head.StatusCode);
        Assert.Equal(Headers(get), Headers(head));
        Assert.Equal(get.Content.Headers.ContentLength, head.Content.Headers.ContentLength);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
        Assert.Equal(200, (int)(await issuer.GetAsync(Path)).StatusCode);
    }

    [Theory]
    [InlineData("TAG")]
    [InlineData("W/TAG")]
    [InlineData("\"other\", TAG")]
    [InlineData("*")]
    public async Task AClientThatHasItGetsNoBody(string known)
    {
        await using var issuer = await TestIssuer.StartAsync();
        using var first = await issuer.GetAsync(Path);
        Assert.False(first.Headers.ETag!.IsWeak);

        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Head })
        {
            using var again = await AskAsync(issuer, method, known.Replace("TAG", first.Headers.ETag.Tag));

            Assert.Equal(304, (int)again.StatusCode);
            Assert.Empty(await again.Content.ReadAsByteArrayAsync());
            Assert.Equal(first.Headers.ETag, again.Headers.ETag);
            Assert.Equal(first.Headers.CacheControl, again.Headers.CacheControl);
            Assert.Equal(first.Headers.Vary, again.Headers.Vary);
            Assert.Equal(["*"], again.Headers.GetValues("Access-Control-Allow-Origin"));
        }
    }

    [Theory]
    [InlineData("\"other\"")]
    [InlineData("no tag")]
    public async Task AClientThatHasAnotherGetsIt(string known)
    {
        await using var issuer = await TestIssuer.StartAsync();
        using var response = await AskAsync(issuer, HttpMethod.Get, known);

        Assert.Equal(200, (int)response.StatusCode);
        Assert.NotEmpty(await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task EachHostHasATagOfItsOwn()
    {
        await using var issuer = await TestIssuer.StartAsync();
        using var first = await issuer.GetAsync(Path);
        using var request = new HttpRequestMessage(HttpMethod.Get, issuer.Uri(Path));
        request.Headers.Host = "api.example.com";
        using var other = await Wire.Http.SendAsync(request);
        using var again = await issuer.GetAsync(Path);

        Assert.NotEqual(first.Headers.ETag, other.Headers.ETag);
        Assert.Equal(first.Headers.ETag, again.Headers.ETag);
    }

    [Fact]
    public async Task WebPagesMayReadIt()
    {
        await using var issuer = await TestIssuer.StartAsync();
        using var response = await issuer.GetAsync(Path);

        Assert.Equal(["*"], response.Headers.GetValues("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("https://pages.example", "https://pages.example")]
    [InlineData("https://other.example", "*")]
    public async Task AnAppsPolicyForOtherOriginsAllowsAndNeverRefuses(string origin, string expected)
    {
        await using var issuer = await TestIssuer.StartAsync(
            services: static s => s.AddCors(
                static cors => cors.AddDefaultPolicy(static policy => policy.WithOrigins("https://pages.example"))),
            map: static app => app.UseCors());
        using var request = new HttpRequestMessage(HttpMethod.Get, issuer.Uri(Path));
        request.Headers.TryAddWithoutValidation("Origin", origin);
        using var response = await Wire.Http.SendAsync(request);

        Assert.Equal([expected], response.Headers.GetValues("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task TheLastOnesAreKeptForEachHost()
    {
        await using var issuer = await TestIssuer.StartAsync(static o => o.Manifest.Name = "Orders");
        var writer = issuer.Service<ManifestWriter>();
        var options = issuer.Service<CurrentIssuer>().Options;
        async Task<WrittenManifest> WriteAsync(string host)
        {
            var written = await writer.WriteAsync(options, host, IssuerManifest.Auth(options, host + "/t", host + "/v", host + "/r"));
            Assert.Contains($"\"agent_token_endpoint\":\"{host}/t\"", Encoding.UTF8.GetString(written.Json));
            return written;
        }

        var (one, two) = (await WriteAsync("https://one.example"), await WriteAsync("https://two.example"));
        Assert.Same(one, await WriteAsync("https://one.example"));
        Assert.Same(two, await WriteAsync("https://two.example"));
        // Not for ever, because a sender chooses the host.
        for (var host = 0; host < 100; host++) await WriteAsync($"https://{host}.example");
        Assert.NotSame(one, await WriteAsync("https://one.example"));
    }

    [Fact]
    public async Task AHostThatIsLongerThanAnyIsRefused()
    {
        await using var issuer = await TestIssuer.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, issuer.Uri(Path));
        request.Headers.Host = string.Join('.', Enumerable.Repeat("label", 50));
        using var response = await Wire.Http.SendAsync(request);

        Assert.Equal(400, (int)response.StatusCode);
    }

    [Fact]
    public async Task TheAudienceIsNamedIfThereIsOne()
    {
        await using var issuer = await TestIssuer.StartAsync(o => o.Audience = "orders");
        var auth = (await Wire.JsonAsync(await issuer.GetAsync(Path))).GetProperty("auth");

        Assert.Equal("orders", auth.GetProperty("agent_token_audience").GetString());
    }

    [Fact]
    public async Task ItsLifetimeIsAnOption()
    {
        await using var issuer = await TestIssuer.StartAsync(o => o.ManifestLifetime = TimeSpan.FromSeconds(7));
        using var response = await issuer.GetAsync(Path);

        Assert.Equal(TimeSpan.FromSeconds(7), response.Headers.CacheControl?.MaxAge);
    }

    [Fact]
    public async Task AnAppBelowAPathNamesThatPath()
    {
        await using var host = await StartAsync(app =>
        {
            app.UsePathBase("/api");
            app.UseRouting();
            app.MapAgentTokens("/tokens");
            app.MapAgentdomManifest();
        });

        await AssertEndpointWorksAsync(host, "/api" + Path, "/api/tokens");
    }

    [Theory]
    [InlineData("/tenants", "/tokens", "/tenants/tokens")]
    [InlineData("tenants/", "tokens/", "/tenants/tokens")]
    public async Task EndpointsInAGroupAreNamedWithItsPrefix(string prefix, string pattern, string expected)
    {
        await using var host = await StartAsync(app =>
        {
            app.MapGroup(prefix).MapAgentTokens(pattern);
            app.MapAgentdomManifest();
        });

        await AssertEndpointWorksAsync(host, Path, expected);
    }

    [Theory]
    [InlineData("/", "/")]
    [InlineData("", "/")]
    [InlineData("/v1/", "/v1")]
    [InlineData("v1", "/v1")]
    public async Task VerifyAndRevokeAreBelowAnyPattern(string pattern, string expected)
    {
        await using var host = await StartAsync(app =>
        {
            app.MapAgentTokens(pattern);
            app.MapAgentdomManifest();
        });

        await AssertEndpointWorksAsync(host, Path, expected);
    }

    [Theory]
    [InlineData("/{tenant}", "/acme")]
    [InlineData("/{tenant}", "/a%20b%C3%BC")]
    [InlineData("/t/{tenant:length(4)}/{region=eu}", "/t/acme/us")]
    [InlineData("/t/{tenant:length(4)}/{region=eu}", "/t/acme/eu")]
    [InlineData("/{{x}}", "/%7Bx%7D")]
    public async Task AGroupsParametersHaveTheValuesOfTheRequest(string prefix, string requested)
    {
        await using var host = await StartAsync(app =>
        {
            var group = app.MapGroup(prefix);
            group.MapAgentTokens("/v1/agent-tokens");
            group.MapAgentdomManifest();
        });

        await AssertEndpointWorksAsync(host, requested + Path, requested + "/v1/agent-tokens");
    }

    [Fact]
    public async Task AParametersDefaultIsEnough()
    {
        await using var host = await StartAsync(app =>
        {
            app.MapGroup("/{tenant=acme}").MapAgentTokens("/tokens");
            app.MapAgentdomManifest();
        });

        await AssertEndpointWorksAsync(host, Path, "/acme/tokens");
    }

    [Fact]
    public async Task AValueThatTheTokenEndpointRefusesHasNoManifest()
    {
        await using var host = await StartAsync(app =>
        {
            app.MapGroup("/{tenant:int}").MapAgentTokens("/tokens");
            app.MapGroup("/{tenant}").MapAgentdomManifest();
        });

        await AssertEndpointWorksAsync(host, "/7" + Path, "/7/tokens");
        Assert.Equal(404, (int)(await Wire.Http.GetAsync(host.Uri("/acme" + Path))).StatusCode);
    }

    [Fact]
    public async Task EachGroupsManifestNamesItsOwnEndpoints()
    {
        await using var host = await StartAsync(app =>
        {
            app.MapAgentTokens("/tokens");
            app.MapAgentdomManifest();
            var group = app.MapGroup("/group");
            group.MapAgentTokens("/tokens");
            group.MapAgentdomManifest();
        });

        await AssertEndpointWorksAsync(host, Path, "/tokens");
        await AssertEndpointWorksAsync(host, "/group" + Path, "/group/tokens");
    }

    private static SortedDictionary<string, string> Headers(HttpResponseMessage response) => new(response.Headers
        .Concat(response.Content.Headers).Where(h => h.Key != "Date").ToDictionary(h => h.Key, h => string.Join(',', h.Value)));

    private static Task<TestIssuer> StartBehindProxyAsync(
        Action<IServiceCollection>? services = null, Action<AgentTokenIssuerOptions>? configure = null) => TestIssuer.StartAsync(
        configure,
        s =>
        {
            s.Configure<ForwardedHeadersOptions>(o => o.ForwardedHeaders =
                ForwardedHeaders.XForwardedHost | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedPrefix);
            services?.Invoke(s);
        },
        app =>
        {
            app.UseForwardedHeaders();
            app.UsePathBase("/base");
            app.UseRouting();
        });

    private static async Task<HttpResponseMessage> GetFromProxyAsync(TestIssuer issuer)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, issuer.Uri(Path));
        request.Headers.Add("X-Forwarded-Host", "evil.example");
        request.Headers.Add("X-Forwarded-Proto", "https");
        request.Headers.Add("X-Forwarded-Prefix", "/prefix");
        return await Wire.Http.SendAsync(request);
    }

    private static Task<TestHost> StartAsync(Action<WebApplication> map) => TestHost.StartAsync(map, builder =>
        builder.Services.AddAgentTokenIssuer(o =>
        {
            o.Secrets.Add(TestIssuer.SecretText);
            o.Scopes.Add("data.read");
        }));

    private static async Task<string?> EndpointAsync(HttpResponseMessage response) =>
        (await Wire.JsonAsync(response)).GetProperty("auth").GetProperty("agent_token_endpoint").GetString();

    private static async Task<HttpResponseMessage> AskAsync(TestIssuer issuer, HttpMethod method, string ifNoneMatch)
    {
        using var request = new HttpRequestMessage(method, issuer.Uri(Path));
        request.Headers.TryAddWithoutValidation("If-None-Match", ifNoneMatch);
        return await Wire.Http.SendAsync(request);
    }

    private static async Task AssertEndpointWorksAsync(TestHost host, string manifestPath, string expectedPath)
    {
        using var manifest = await Wire.Http.GetAsync(host.Uri(manifestPath));
        var auth = (await Wire.JsonAsync(manifest)).GetProperty("auth");
        var endpoint = auth.GetProperty("agent_token_endpoint").GetString();
        Assert.Equal(host.Uri(expectedPath).AbsoluteUri, endpoint);
        using var response = await Wire.PostAsync(new Uri(endpoint!), TestIssuer.Signed(TestIssuer.Body()));
        Assert.Equal(200, (int)response.StatusCode);
        foreach (var name in new[] { "verify", "revoke" })
        {
            var below = auth.GetProperty($"agent_token_{name}_endpoint").GetString()!;
            Assert.Equal($"{endpoint!.TrimEnd('/')}/{name}", below);
            using var answer = await Wire.PostAsync(new Uri(below), """{"token":"x"}""");
            Assert.Equal(200, (int)answer.StatusCode);
        }
    }
}
