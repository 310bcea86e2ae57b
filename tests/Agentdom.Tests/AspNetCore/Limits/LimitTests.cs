using System.Net.Sockets;
using System.Text;
using Agentdom.AspNetCore;
using Agentdom.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Agentdom.Tests.AspNetCore;

/// <summary>Rate limits: by agent after the signature was verified, by address before.</summary>
public sealed class LimitTests
{
    [Fact]
    public async Task AnAgentAboveItsShareIsToldHowLongToWait()
    {
        await using var issuer = await StartAsync(perAgent: 3);
        for (var i = 0; i < 3; i++) Assert.Equal(200, await AskAsync(issuer));
        using var refused = await issuer.RequestTokenAsync(TestIssuer.Signed(TestIssuer.Body()));

        Assert.Equal(429, (int)refused.StatusCode);
        Assert.Equal("rate_limited", (await TestIssuer.ReadAsync(refused)).Text("error"));
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 20);
    }

    [Fact]
    public async Task AShareIsRefilledEvenly()
    {
        var time = new TwoClocks();
        await using var issuer = await TestIssuer.StartAsync(
            o => o.Limits.RequestsPerMinutePerAgent = 2, s => s.AddSingleton<TimeProvider>(time));
        for (var i = 0; i < 2; i++) Assert.Equal(200, await AskAsync(issuer));
        Assert.Equal(429, await AskAsync(issuer));

        time.Pass(30);
        Assert.Equal(200, await AskAsync(issuer));
        using var refused = await issuer.RequestTokenAsync(TestIssuer.Signed(TestIssuer.Body()));
        Assert.Equal(TimeSpan.FromSeconds(30), refused.Headers.RetryAfter!.Delta);
    }

    [Fact]
    public async Task OneAgentDoesNotUseUpAnothersShare()
    {
        await using var issuer = await StartAsync(perAgent: 1);
        Assert.Equal(200, await AskAsync(issuer, "greedy"));
        Assert.Equal(429, await AskAsync(issuer, "greedy"));

        Assert.Equal(200, await AskAsync(issuer, "modest"));
    }

    [Fact]
    public async Task OnlyItsOwnFreshRequestsCountAgainstAnAgent()
    {
        await using var issuer = await StartAsync(perAgent: 1);
        var stale = TestIssuer.Body();
        stale["timestamp"] = DateTimeOffset.UtcNow.AddHours(-1).ToUnixTimeMilliseconds();
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(401, (int)(await issuer.RequestTokenAsync(TestIssuer.Signed(stale))).StatusCode);
            Assert.Equal(401, (int)(await issuer.RequestTokenAsync(
                TestIssuer.Signed(TestIssuer.Body(), "another secret of more than 32 bytes"))).StatusCode);
        }

        Assert.Equal(200, await AskAsync(issuer));
    }

    [Fact]
    public async Task AReplayIsNotChargedToItsAgent()
    {
        await using var issuer = await StartAsync(perAgent: 2);
        var captured = TestIssuer.Signed(TestIssuer.Body());
        Assert.Equal(200, (int)(await issuer.RequestTokenAsync(captured)).StatusCode);
        for (var i = 0; i < 5; i++) await Wire.AssertRefusedAsync(await issuer.RequestTokenAsync(captured), 401, "replayed_request");

        Assert.Equal(200, await AskAsync(issuer));
        Assert.Equal(429, await AskAsync(issuer));
    }

    [Fact]
    public async Task ARequestThatNeverSucceedsIsNotChargedToItsAgent()
    {
        await using var issuer = await StartAsync(perAgent: 1);
        var captured = TestIssuer.Body();
        captured["scopes"] = new[] { "data.erase" };
        for (var i = 0; i < 5; i++)
            await Wire.AssertRefusedAsync(await issuer.RequestTokenAsync(TestIssuer.Signed(captured)), 403, "invalid_scope");

        Assert.Equal(200, await AskAsync(issuer));
    }

    [Fact]
    public async Task AnAgentAboveItsShareDoesNotFillTheState()
    {
        await using var issuer = await TestIssuer.StartAsync(
            o => o.Limits.RequestsPerMinutePerAgent = 1, s => s.AddSingleton<IIssuerState>(new InMemoryIssuerState(capacity: 2)));
        Assert.Equal(200, await AskAsync(issuer, "greedy"));
        for (var i = 0; i < 5; i++) Assert.Equal(429, await AskAsync(issuer, "greedy"));

        Assert.Equal(200, await AskAsync(issuer, "modest"));
    }

    [Fact]
    public async Task RefusedTokensCountAgainstTheirAddressButLockNobodyOut()
    {
        await using var issuer = await StartAsync(perAddress: 3);
        var token = await issuer.TokenAsync();
        for (var i = 0; i < 2; i++)
            Wire.AssertChallenge(await issuer.GetDataAsync("garbage"), 401, "Bearer error=\"invalid_token\"");

        using var refused = await issuer.GetDataAsync("garbage");
        Assert.Equal(429, (int)refused.StatusCode);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 20);
        Assert.Equal(429, await AskAsync(issuer));
        Assert.Equal(200, (int)(await issuer.GetDataAsync(token)).StatusCode);
        Wire.AssertChallenge(await issuer.GetDataAsync(null), 401, "Bearer");
    }

    [Fact]
    public async Task AnAddressAboveItsShareIsRefusedBeforeItsSignatureIsLookedAt()
    {
        await using var issuer = await StartAsync(perAddress: 2);
        await issuer.RequestTokenAsync("garbage");
        await issuer.PostAsync("/v1/agent-tokens/verify", """{"token":"x"}""");

        foreach (var path in new[] { "", "/verify", "/revoke" })
        {
            using var refused = await issuer.PostAsync("/v1/agent-tokens" + path, "garbage", "text/plain");
            Assert.Equal(429, (int)refused.StatusCode);
            Assert.NotNull(refused.Headers.RetryAfter);
        }
    }

    [Fact]
    public async Task ALimitDoesNotAffectIssuedTokens()
    {
        await using var issuer = await StartAsync(perAgent: 1, perAddress: 1);
        var token = await issuer.TokenAsync();
        Assert.Equal(429, await AskAsync(issuer));

        Assert.Equal(200, (int)(await issuer.GetDataAsync(token)).StatusCode);
    }

    [Fact]
    public async Task NoLimitIsNoLimit()
    {
        await using var issuer = await StartAsync(null, null);

        for (var i = 0; i < 700; i++) Assert.Equal(200, await AskAsync(issuer));
    }

    [Theory]
    [InlineData("off", 700, 700)]
    [InlineData("3", 5, 3)]
    public async Task TheSampleTakesItsLimitFromTheEnvironment(string limit, int asked, int granted)
    {
        using var issuer = await SampleIssuer.StartLimitedAsync(limit);
        var valid = 0;
        for (var i = 0; i < asked; i++)
        {
            using var answer = await issuer.RequestTokenAsync(TestIssuer.Signed(TestIssuer.Body()));
            if (answer.IsSuccessStatusCode) valid++;
        }

        Assert.Equal(granted, valid);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(-1, 1)]
    [InlineData(100_000_001, 1)]
    public async Task AWrongLimitStopsTheApp(int perAgent, int perAddress)
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(perAgent, perAddress));

        Assert.Contains("limit", error.Message);
    }

    [Fact]
    public async Task EndlessHeadersAreRefused()
    {
        await using var issuer = await StartAsync();
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", issuer.Uri("/").Port, TestContext.Current.CancellationToken);
        var stream = client.GetStream();
        // Sent at once and only just over the limit of 32 KiB: if the server closes the connection before it has read everything,
        // the client may get a reset instead of the answer.
        var headers = string.Concat(Enumerable.Repeat($"X-Filler: {new string('x', 8_190)}\r\n", 4));
        var request = Encoding.ASCII.GetBytes($"POST /v1/agent-tokens HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n");
        await stream.WriteAsync(request, TestContext.Current.CancellationToken);

        using var reader = new StreamReader(stream);
        Assert.StartsWith("HTTP/1.1 431", await reader.ReadLineAsync(TestContext.Current.CancellationToken));
    }

    private static async Task<int> AskAsync(TestIssuer issuer, string agent = "test-agent")
    {
        var body = TestIssuer.Body();
        body["agent_id"] = agent;
        return (int)(await issuer.RequestTokenAsync(TestIssuer.Signed(body))).StatusCode;
    }

    private static Task<TestIssuer> StartAsync(int? perAgent = 600, int? perAddress = 6_000) => TestIssuer.StartAsync(o =>
        (o.Limits.RequestsPerMinutePerAgent, o.Limits.RequestsPerMinutePerAddress) = (perAgent, perAddress));
}
