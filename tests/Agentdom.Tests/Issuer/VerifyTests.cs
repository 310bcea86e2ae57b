using System.Globalization;
using Agentdom.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.Tests.Issuer;

public sealed class VerifyTests
{
    private const string Second = "another secret of more than thirty-two bytes";

    [Fact]
    public async Task AValidTokenIsDescribed()
    {
        var time = new ManualTime();
        await using var issuer = await TestIssuer.StartAsync(services: s => s.AddSingleton<TimeProvider>(time));
        using var response = await Wire.VerifyAsync(issuer, await issuer.TokenAsync());

        Assert.Equal(200, (int)response.StatusCode);
        Assert.True(response.Headers.CacheControl?.NoStore);
        var verdict = await Wire.JsonAsync(response);
        Assert.Equal(
            ["agent_id", "expires_at", "scopes", "valid"], verdict.EnumerateObject().Select(p => p.Name).Order());
        Assert.True(verdict.GetProperty("valid").GetBoolean());
        Assert.Equal("test-agent", verdict.GetProperty("agent_id").GetString());
        Assert.Equal("""["data.read"]""", verdict.GetProperty("scopes").GetRawText());
        var expected = time.GetUtcNow().AddHours(1).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        Assert.Equal(expected, verdict.GetProperty("expires_at").GetString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("a.b.c")]
    [InlineData("..")]
    [InlineData("e30.e30.")]
    [InlineData("ä.ö.ü")]
    [InlineData("a.b.c.d.e")]
    public async Task GarbageIsNotValid(string token)
    {
        await using var issuer = await TestIssuer.StartAsync();
        await Wire.AssertNotValidAsync(issuer, token);
    }

    [Fact]
    public async Task ATokenForAnotherAudienceIsNotValid()
    {
        await using var orders = await TestIssuer.StartAsync(o => o.Audience = "orders");
        await using var stock = await TestIssuer.StartAsync(o => o.Audience = "stock");
        var body = TestIssuer.Body();
        body["aud"] = "orders";
        var token = await Wire.TokenAsync(orders, body);

        Assert.True(await Wire.IsValidAsync(orders, token));
        await Wire.AssertNotValidAsync(stock, token);
    }

    [Fact]
    public async Task ATokenIsValidUntilTheSecondItExpires()
    {
        var time = new ManualTime();
        await using var issuer = await TestIssuer.StartAsync(services: s => s.AddSingleton<TimeProvider>(time));
        var token = await issuer.TokenAsync();

        time.Advance(3599.999);
        Assert.True(await Wire.IsValidAsync(issuer, token));
        time.Advance(0.001);
        await Wire.AssertNotValidAsync(issuer, token);
        Assert.Equal(401, (int)(await issuer.GetDataAsync(token)).StatusCode);
    }

    [Theory]
    [InlineData(290, true)]
    [InlineData(310, false)]
    public async Task ANodesTokenIsValidAtOnceIfItsClockIsAheadByUpToFiveMinutes(int seconds, bool isValid)
    {
        var now = new ManualTime();
        await using var ahead = await TestIssuer.StartAsync(
            services: s => s.AddSingleton<TimeProvider>(new ManualTime(TimeSpan.FromSeconds(seconds))));
        await using var other = await TestIssuer.StartAsync(services: s => s.AddSingleton<TimeProvider>(now));
        var body = TestIssuer.Body();
        body["timestamp"] = now.Milliseconds + 30_000;

        Assert.Equal(isValid, await Wire.IsValidAsync(other, await Wire.TokenAsync(ahead, body)));
    }

    [Fact]
    public async Task ATokenIsValidUntilItsSecretIsRemoved()
    {
        await using var before = await TestIssuer.StartAsync(o => o.Secrets.Add(Second));
        var token = await Wire.TokenAsync(before, TestIssuer.Body(), Second);
        await using var during = await TestIssuer.StartAsync(o =>
        {
            o.Secrets.Add(TestIssuer.SecretText);
            o.Secrets.Add(Second);
        });
        await using var after = await TestIssuer.StartAsync(o => o.Secrets.Add(TestIssuer.SecretText));

        Assert.True(await Wire.IsValidAsync(during, token));
        await Wire.AssertNotValidAsync(after, token);
    }
}
