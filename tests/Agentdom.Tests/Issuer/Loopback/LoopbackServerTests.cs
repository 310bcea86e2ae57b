using System.Net;
using System.Net.Sockets;
using System.Text;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Issuer;

/// <summary>The issuer on an HttpListener, over real sockets.</summary>
public sealed class LoopbackServerTests
{
    private const string Tokens = "v1/agent-tokens";
    private const string JsonPost = $"POST /{Tokens} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";

    // HttpListener itself answers 501 and 505 for an unknown transfer encoding or HTTP version.
    private const string ServerError = "^HTTP/1.1 5(?!0[15])";

    [Fact]
    public async Task ManyRequestsAtOnceAreEachAnswered()
    {
        using var server = Start();
        var tokens = await Task.WhenAll(Enumerable.Range(0, 600).Select(_ => TokenAsync(server)));

        Assert.Equal(600, tokens.Distinct().Count());
    }

    [Fact]
    public async Task AReplayIsRefused()
    {
        using var server = Start();
        var body = TestIssuer.Signed(TestIssuer.Body());
        using var first = await Wire.PostAsync(Uri(server, Tokens), body);
        using var second = await Wire.PostAsync(Uri(server, Tokens), body);

        Assert.Equal(200, (int)first.StatusCode);
        Assert.True(first.Headers.CacheControl?.NoStore);
        await Wire.AssertRefusedAsync(second, 401, "replayed_request");
    }

    [Fact]
    public async Task WhoAmIAcceptsAValidTokenUntilItIsRevoked()
    {
        using var server = Start();
        var token = await TokenAsync(server);

        using var open = await WhoAmIAsync(server, $"bearer {token}");
        var told = await Wire.JsonAsync(open);
        Assert.Equal("application/json", open.Content.Headers.ContentType?.ToString());
        Assert.Equal("test-agent", told.GetProperty("agent_id").GetString());
        Assert.Equal("tests", told.GetProperty("purpose").GetString());
        Assert.Equal("data.read", Assert.Single(told.GetProperty("scopes").EnumerateArray()).GetString());
        var left = told.GetProperty("expires_at").GetDateTimeOffset() - DateTimeOffset.UtcNow;
        Assert.InRange(left, TimeSpan.FromMinutes(50), TimeSpan.FromHours(1));

        using var revocation = await Wire.PostAsync(Uri(server, $"{Tokens}/revoke"), $$"""{"token":"{{token}}"}""");
        Assert.Equal(200, (int)revocation.StatusCode);
        Wire.AssertChallenge(await WhoAmIAsync(server, $"Bearer {token}"), 401, "Bearer error=\"invalid_token\"");
        Wire.AssertChallenge(await WhoAmIAsync(server, "Basic eDp5"), 401, "Bearer");
        Wire.AssertChallenge(await WhoAmIAsync(server, null), 401, "Bearer");
    }

    [Theory]
    [InlineData("GET", "v1/agent-tokens", 405, "POST")]
    [InlineData("DELETE", "v1/agent-tokens/verify", 405, "POST")]
    [InlineData("HEAD", "v1/agent-tokens/revoke", 405, "POST")]
    [InlineData("POST", ".well-known/agentdom.json", 405, "GET, HEAD")]
    [InlineData("DELETE", "whoami", 405, "GET, HEAD")]
    [InlineData("GET", "", 404, null)]
    [InlineData("POST", "v1/agent-tokens/", 404, null)]
    [InlineData("GET", "WHOAMI", 404, null)]
    public async Task AnythingElseIsNotThere(string method, string path, int status, string? allow)
    {
        using var server = Start();
        using var request = new HttpRequestMessage(new HttpMethod(method), Uri(server, path));
        if (method == "POST") request.Content = new StringContent("{}");
        using var response = await Wire.Http.SendAsync(request);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(allow, response.Content.Headers.Allow.Count == 0 ? null : string.Join(", ", response.Content.Headers.Allow));
    }

    [Fact]
    public async Task HeadIsAnsweredAsGetWithoutTheBody()
    {
        using var server = Start();
        foreach (var path in new[] { ".well-known/agentdom.json", "whoami" })
        {
            using var get = await Wire.Http.GetAsync(Uri(server, path));
            using var head = await Wire.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, Uri(server, path)));

            Assert.Equal(get.StatusCode, head.StatusCode);
            Assert.Equal(get.Content.Headers.ContentLength, head.Content.Headers.ContentLength);
            Assert.Equal(get.Content.Headers.ContentType, head.Content.Headers.ContentType);
            Assert.Empty(await head.Content.ReadAsByteArrayAsync());
        }
        // Nothing was sent that the next request on the connection would take for its answer.
        await TokenAsync(server);
    }

    [Theory]
    [InlineData("GET /.well-known/agentdom.json HTTP/1.1\r\nHost: evil.example\r\n")]
    [InlineData("GET /.well-known/agentdom.json HTTP/1.1\r\nHost:\r\n")]
    [InlineData("GET /.well-known/agentdom.json HTTP/1.0\r\n")]
    [InlineData("GET http://evil.example/.well-known/agentdom.json HTTP/1.1\r\nHost: localhost\r\n")]
    public async Task ItsManifestNamesNoOtherHost(string request)
    {
        using var server = Start();
        using var client = await ConnectAsync(server, Encoding.ASCII.GetBytes(request + "Connection: close\r\n\r\n"));
        using var reader = new StreamReader(client.GetStream());
        var answer = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);

        Assert.DoesNotContain("evil.example", answer);
        if (answer.Contains("200 OK", StringComparison.Ordinal))
            Assert.Matches($"\"agent_token_endpoint\":\"http://(localhost|127\\.0\\.0\\.1):{server.Port}/", answer);
    }

    [Theory]
    [InlineData(16 * 1024 + 1, false)]
    [InlineData(16 * 1024 + 1, true)]
    [InlineData(900 * 1024, true)]
    public async Task ALargeRequestIsRefusedAndTheConnectionGoesOn(int bytes, bool chunked)
    {
        using var server = Start();
        using var response = await Wire.PostAsync(Uri(server, Tokens), new byte[bytes], "application/json", chunked);

        await Wire.AssertRefusedAsync(response, 413, "invalid_request");
        await TokenAsync(server);
    }

    [Fact]
    public async Task AFormIsIntrospectedAndRevoked()
    {
        const string Form = "application/x-www-form-urlencoded";
        using var server = Start();
        var form = Encoding.ASCII.GetBytes($"token={await TokenAsync(server)}");

        foreach (var path in new[] { "introspect", "verify" })
        {
            var answer = await Wire.JsonAsync(await Wire.PostAsync(Uri(server, $"{Tokens}/{path}"), form, Form));
            Assert.True(answer.GetProperty("active").GetBoolean());
            Assert.Equal("data.read", answer.GetProperty("scope").GetString());
        }
        Assert.Equal(200, (int)(await Wire.PostAsync(Uri(server, $"{Tokens}/revoke"), form, Form)).StatusCode);
        using var after = await Wire.PostAsync(Uri(server, $"{Tokens}/introspect"), form, Form);
        Assert.Equal("""{"active":false}""", await after.Content.ReadAsStringAsync());
        using var without = await Wire.PostAsync(Uri(server, $"{Tokens}/verify"), "a=b"u8.ToArray(), Form);
        await Wire.AssertRefusedAsync(without, 400, "invalid_request");
        await Wire.AssertRefusedAsync(await Wire.PostAsync(Uri(server, $"{Tokens}/introspect"), "{}"), 415, "invalid_request");
    }

    [Fact]
    public async Task ARequestThatIsNotJsonIsRefused()
    {
        using var server = Start();
        using var form = await Wire.PostAsync(Uri(server, Tokens), "a=b"u8.ToArray(), "application/x-www-form-urlencoded");
        using var nothing = await Wire.PostAsync(Uri(server, Tokens), [], "application/json");

        await Wire.AssertRefusedAsync(form, 415, "invalid_request");
        await Wire.AssertRefusedAsync(nothing, 400, "invalid_request");
    }

    [Theory]
    [InlineData("\0\0\0\0\r\n\r\n")]
    [InlineData("\r\n\r\n\r\n")]
    [InlineData("GET\r\n\r\n")]
    [InlineData("GET / HTTP/9.9\r\nHost: localhost\r\n\r\n")]
    [InlineData("GET /%zz%00%c0%af HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    [InlineData("GET http://[:::]/ HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: [::1\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: \u00e4:-1\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nno colon\r\n\r\n")]
    [InlineData("GET /whoami HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \u00ff\u0001\r\n\r\n")]
    [InlineData("POST /v1/agent-tokens HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n")]
    [InlineData("POST /v1/agent-tokens HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999\r\n\r\n")]
    [InlineData(JsonPost + "Transfer-Encoding: chunked\r\n\r\nzz\r\n")]
    [InlineData(JsonPost + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nx")]
    [InlineData("POST /v1/agent-tokens HTTP/1.1\r\nHost: localhost\r\nContent-Type: ;;;=\"\r\nContent-Length: 2\r\n\r\n{}")]
    [InlineData(JsonPost + "Content-Length: 100\r\n\r\n{\"half\"")]
    [InlineData("POST /v1/agent-tokens HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n")]
    public async Task ABrokenRequestIsAnsweredByNoServerErrorAndTheNextOneIsServed(string bytes)
    {
        using var server = Start();
        for (var i = 0; i < 5; i++) Assert.DoesNotMatch(ServerError, await SendRawAsync(server, Encoding.Latin1.GetBytes(bytes)));

        await TokenAsync(server);
    }

    [Fact]
    public async Task RandomBytesAreAnsweredByNoServerErrorAndTheNextOneIsServed()
    {
        using var server = Start();
        var random = new Random(20);
        var whole = Encoding.Latin1.GetBytes($"{JsonPost}Content-Length: 40\r\n\r\n{new string('[', 40)}");
        for (var i = 0; i < 500; i++)
        {
            var mangled = whole.ToArray();
            for (var flip = random.Next(1, 8); flip > 0; flip--) mangled[random.Next(mangled.Length)] = (byte)random.Next(256);
            Assert.DoesNotMatch(ServerError, await SendRawAsync(server, mangled));
        }

        await TokenAsync(server);
    }

    [Fact]
    public async Task ClientsThatStopHalfWayDoNotBlockOthers()
    {
        using var server = Start(requestTime: TimeSpan.FromSeconds(1));
        var half = Encoding.ASCII.GetBytes(
            $"POST /{Tokens} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{{");
        // More than the limit of concurrent requests. Without a timeout they would block everybody else.
        var idle = await Task.WhenAll(Enumerable.Range(0, 300).Select(_ => ConnectAsync(server, half)));

        await TokenAsync(server);
        Array.ForEach(idle, client => client.Dispose());
    }

    [Fact]
    public async Task ARestartOnTheSamePortIsNoticed()
    {
        using var client = new AtpClient();
        using var deadline = new Deadline(TimeSpan.FromSeconds(30));
        var first = Start();
        var port = first.Port;
        Assert.Null((await client.GetManifestAsync(first.Host, [], deadline)).Audience);
        first.Dispose();

        using var second = Start(port, o => o.Audience = "second");
        Assert.Equal("second", (await client.GetManifestAsync(second.Host, [], deadline)).Audience);
    }

    [Fact]
    public async Task ItsEndpointsAreNamedAsTheHostWasAsked()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "On Windows only an administrator may listen on the address.");
        using var server = Start();
        using var client = new AtpClient();
        using var deadline = new Deadline(TimeSpan.FromSeconds(30));
        var byAddress = AtpHost.Parse($"127.0.0.1:{server.Port}");

        Assert.Equal(
            new Uri($"http://127.0.0.1:{server.Port}/v1/agent-tokens"),
            (await client.GetManifestAsync(byAddress, [], deadline)).TokenEndpoint);
        Assert.Equal(Uri(server, Tokens), (await client.GetManifestAsync(server.Host, [], deadline)).TokenEndpoint);
        // As from a web page whose host name resolves to loopback (DNS rebinding).
        using var request = new HttpRequestMessage(HttpMethod.Get, Uri(server, "whoami")) { Headers = { Host = "evil.example" } };
        Assert.Contains((int)(await Wire.Http.SendAsync(request)).StatusCode, new[] { 400, 404 });
    }

    [Fact]
    public async Task StoppingWaitsForARequestThatRunsAndThenNobodyListens()
    {
        var server = Start();
        var body = Encoding.UTF8.GetBytes(TestIssuer.Signed(TestIssuer.Body()));
        using var client = await ConnectAsync(server, Encoding.ASCII.GetBytes(
            $"POST /{Tokens} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n"
            + $"Expect: 100-continue\r\nContent-Length: {body.Length}\r\n\r\n"));
        // The server sends "100 Continue" when it begins to read the body.
        var begun = new byte[25];
        await client.GetStream().ReadExactlyAsync(begun, TestContext.Current.CancellationToken);
        Assert.StartsWith("HTTP/1.1 100", Encoding.ASCII.GetString(begun), StringComparison.Ordinal);

        var stopping = Task.Run(server.Dispose, TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync(body, TestContext.Current.CancellationToken);
        Assert.StartsWith("HTTP/1.1 200", await ReadAsync(client.GetStream()), StringComparison.Ordinal);

        await stopping;
        await Assert.ThrowsAsync<HttpRequestException>(() => Wire.Http.GetAsync(Uri(server, "whoami")));
        server.Dispose();
    }

    [Fact]
    public async Task StoppingDoesNotWaitForeverForAClientThatHangs()
    {
        var server = Start();
        using var client = await ConnectAsync(server, Encoding.ASCII.GetBytes(
            $"POST /{Tokens} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n"));
        server.Dispose();
        Start(server.Port).Dispose();
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public void APortThatIsTakenIsAnError(string address)
    {
        var ip = IPAddress.Parse(address);
        Assert.SkipUnless(ip.AddressFamily == AddressFamily.InterNetwork || Socket.OSSupportsIPv6, "There is no IPv6 here.");
        using var other = new TcpListener(ip, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;

        var refusal = Assert.Throws<AtpException>(() => Start(port));

        Assert.Equal(AtpError.PortTaken, refusal.Error);
        Assert.Contains($"Port {port} of localhost is taken", refusal.Message);
        other.Stop();
        Start(port).Dispose();
    }

    [Fact]
    public void ProblemsOfItsOptionsAreReported()
    {
        var refusal = Assert.Throws<AtpException>(() => Start(configure: o =>
        {
            o.Secrets[0] = "short";
            o.Scopes.Clear();
        }));

        Assert.Equal(AtpError.ServerOptionsInvalid, refusal.Error);
        Assert.Contains("has 5 bytes and needs at least 32", refusal.Message);
        Assert.Contains("No scope is offered", refusal.Message);
        Assert.DoesNotContain("short", refusal.Message);
    }

    [Theory]
    [InlineData("localhost:{0}", true)]
    [InlineData("LOCALHOST.:{0}", true)]
    [InlineData("http://127.0.0.1:{0}/", true)]
    [InlineData("[::1]:{0}", true)]
    [InlineData("https://localhost:{0}", false)]
    [InlineData("127.0.0.2:{0}", false)]
    [InlineData("localhost", false)]
    [InlineData("api.example.com:{0}", false)]
    public void OnlyItsOwnHostMatches(string host, bool isIt)
    {
        using var server = Start();
        Assert.Equal(isIt, server.Is(AtpHost.Parse(string.Format(System.Globalization.CultureInfo.InvariantCulture, host, server.Port))));
    }

    private static LoopbackServer Start(int port = 0, Action<TokenIssuerOptions>? configure = null, TimeSpan? requestTime = null)
    {
        var options = new TokenIssuerOptions { Secrets = { TestIssuer.SecretText }, Scopes = { "data.read" } };
        configure?.Invoke(options);
        return requestTime is { } time ? new LoopbackServer(port, options, time) : new LoopbackServer(port, options);
    }

    private static Uri Uri(LoopbackServer server, string path) => new(server.Host.Origin, path);

    private static async Task<string> TokenAsync(LoopbackServer server)
    {
        using var response = await Wire.PostAsync(Uri(server, Tokens), TestIssuer.Signed(TestIssuer.Body()));
        Assert.Equal(200, (int)response.StatusCode);
        return (await Wire.JsonAsync(response)).GetProperty("token").GetString()!;
    }

    private static async Task<HttpResponseMessage> WhoAmIAsync(LoopbackServer server, string? authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Uri(server, "whoami"));
        if (authorization is not null) request.Headers.TryAddWithoutValidation("Authorization", authorization);
        return await Wire.Http.SendAsync(request);
    }

    private static async Task<TcpClient> ConnectAsync(LoopbackServer server, byte[] bytes)
    {
        var client = new TcpClient();
        await client.ConnectAsync("localhost", server.Port);
        await client.GetStream().WriteAsync(bytes);
        return client;
    }

    /// <summary>Sends bytes, closes the sending side, and returns the answer.</summary>
    private static async Task<string> SendRawAsync(LoopbackServer server, byte[] bytes)
    {
        using var client = await ConnectAsync(server, bytes);
        var stream = client.GetStream();
        client.Client.Shutdown(SocketShutdown.Send);
        return await ReadAsync(stream);
    }

    private static async Task<string> ReadAsync(NetworkStream stream)
    {
        try
        {
            return await new StreamReader(stream, Encoding.Latin1).ReadToEndAsync();
        }
        catch (IOException)
        {
            // The server closed the connection, which is an answer too.
            return "";
        }
    }
}
