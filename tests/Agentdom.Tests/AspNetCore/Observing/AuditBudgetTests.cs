using Agentdom.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Agentdom.Tests.AspNetCore;

/// <summary>What senders without a valid token can write to the log in a minute.</summary>
public sealed class AuditBudgetTests : IDisposable
{
    private const int PerAddress = 60;
    private const int PerApp = 600;

    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    private readonly LogCapture _log = new();
    private readonly SteppedTime _time = new();

    public static TheoryData<string> Floods => ["limiter", "signature", "token", "no token", "verify", "revoke", "scope", "replay"];

    [Theory, MemberData(nameof(Floods))]
    public async Task AFloodFromOneAddressIs60EventsAMinuteAndACount(string kind)
    {
        await using var issuer = await StartAsync(perAddress: kind == "limiter" ? 1 : 100_000);
        // The first answers need not be refusals.
        var replayed = TestIssuer.Signed(TestIssuer.Body());
        await FloodAsync(issuer, kind, replayed, 1);
        var before = _log.Audit.Count(e => e.Id == 1002 || (e.Id is 1003 or 1004 && e.Values.GetValueOrDefault("TokenId") is null));

        await FloodAsync(issuer, kind, replayed, 100 - before);
        Assert.Equal(PerAddress, _log.All.Count(e => e.Category.StartsWith("Agentdom.", StringComparison.Ordinal) && e.Id != 1001));
        _time.Advance(s_minute);

        var rest = _log.Audit[^1];
        Assert.Equal((1006, LogLevel.Warning), (rest.Id, rest.Level));
        Assert.Equal(("127.0.0.1", 40L), (rest.Values["Address"], rest.Values["Count"]));
        Assert.Single(_log.Audit, e => e.Id == 1006);
    }

    [Fact]
    public async Task TheNextMinuteIsLoggedAgain()
    {
        await using var issuer = await StartAsync();
        await FloodAsync(issuer, "signature", "", PerAddress + 1);
        _time.Advance(s_minute);
        await FloodAsync(issuer, "signature", "", 1);
        _time.Advance(s_minute);

        Assert.Equal([1006, 1002], _log.Audit.Skip(PerAddress).Select(e => e.Id));
    }

    [Fact]
    public async Task TheCountIsNotLostWhenTheAppStops()
    {
        await using (var issuer = await StartAsync()) await FloodAsync(issuer, "signature", "", PerAddress + 7);

        Assert.Equal((1006, 7L), (_log.Audit[^1].Id, _log.Audit[^1].Values["Count"]));
    }

    [Fact]
    public async Task SuccessesAreAlwaysAudited()
    {
        await using var issuer = await StartAsync();
        await FloodAsync(issuer, "signature", "", PerAddress + 1);
        var token = await issuer.TokenAsync();
        await Wire.VerifyAsync(issuer, token);
        await issuer.GetDataAsync(token);
        await issuer.PostAsync("/v1/agent-tokens/revoke", $$"""{"token":"{{token}}"}""");

        Assert.Equal([1001, 1003, 1005, 1004], _log.Audit.Skip(PerAddress).Select(e => e.Id));
    }

    [Fact]
    public async Task ManyAddressesTogetherAreBoundedAsWell()
    {
        await using var issuer = await StartAsync();
        // One address writes all that it may, and then 549 others write one or two lines each.
        await FloodAsync(issuer, "signature", "", PerAddress + 5, "2001:db8::1");
        for (var i = 1; i < 550; i++) await FloodAsync(issuer, "signature", "", i <= 100 ? 2 : 1, $"2001:db8:0:{i:x}::1");
        Assert.Equal(PerApp, _log.Audit.Count);
        _time.Advance(s_minute);

        Assert.Equal(
            [(1006, "2001:db8::/64", 5L), (1006, "other addresses", PerAddress + 549 + 100L - PerApp)],
            _log.Audit.Skip(PerApp).Select(e => (e.Id, (string)e.Values["Address"]!, (long)e.Values["Count"]!)));
    }

    [Fact]
    public async Task AnAddressDoesNotUseUpAnothersLines()
    {
        await using var issuer = await StartAsync();
        await FloodAsync(issuer, "signature", "", PerAddress + 1, "192.0.2.1");
        await FloodAsync(issuer, "signature", "", 1, "192.0.2.2");

        Assert.Equal("192.0.2.2", _log.Audit[^1].Values["Address"]);
    }

    public void Dispose() => _log.Dispose();

    private static async Task FloodAsync(TestIssuer issuer, string kind, string replayed, int count, string? address = null)
    {
        for (var i = 0; i < count; i++)
        {
            using var answer = kind switch
            {
                "token" => await issuer.GetDataAsync("garbage"),
                "no token" => await issuer.GetDataAsync(null),
                "verify" => await Wire.VerifyAsync(issuer, "garbage"),
                "revoke" => await issuer.PostAsync("/v1/agent-tokens/revoke", """{"token":"garbage"}"""),
                "replay" => await issuer.RequestTokenAsync(replayed),
                "scope" => await issuer.RequestTokenAsync(TestIssuer.Signed(
                    new Dictionary<string, object?>(TestIssuer.Body()) { ["scopes"] = new[] { "data.erase" } })),
                _ => await SendUnsignedAsync(issuer, address),
            };
        }
    }

    private static Task<HttpResponseMessage> SendUnsignedAsync(TestIssuer issuer, string? address)
    {
        var body = TestIssuer.Signed(TestIssuer.Body(), "another secret of more than 32 bytes");
        var request = new HttpRequestMessage(HttpMethod.Post, issuer.Uri("/v1/agent-tokens"))
        {
            Content = new StringContent(body, null, "application/json"),
        };
        if (address is not null) request.Headers.Add("X-Forwarded-For", address);
        return Wire.Http.SendAsync(request);
    }

    private Task<TestIssuer> StartAsync(int perAddress = 100_000) => TestIssuer.StartAsync(
        o =>
        {
            o.Limits.RequestsPerMinutePerAddress = perAddress;
            // Without a name of its own, an issuer writes one event more.
            o.Issuer = "tests";
        },
        s =>
        {
            s.AddSingleton<ILoggerProvider>(_log);
            s.AddSingleton<TimeProvider>(_time);
        },
        app => app.UseForwardedHeaders(new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor }));
}
