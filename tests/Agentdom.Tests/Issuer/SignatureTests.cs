using Agentdom.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.Tests.Issuer;

/// <summary>Signatures and timestamps.</summary>
public sealed class SignatureTests
{
    private const string Second = "the secret of last month, 32 bytes and more";

    public static TheoryData<string> WrongSignatures => new(
        "", "0", new string('0', 63), new string('0', 65), new string('0', 64), new string('g', 64),
        new string('0', 128), "0x" + new string('0', 62), new string('０', 64), new string(' ', 64));

    [Theory, MemberData(nameof(WrongSignatures))]
    public async Task AWrongSignatureIsRefused(string signature)
    {
        await using var issuer = await TestIssuer.StartAsync();
        var body = TestIssuer.Body();
        body["signature"] = signature;

        await Wire.AssertRefusedAsync(
            await issuer.RequestTokenAsync(CanonicalJson.FromValue(body)), 401, "invalid_signature");
    }

    [Fact]
    public async Task ASignatureWithOneBitChangedIsRefused()
    {
        await using var issuer = await TestIssuer.StartAsync();
        var body = TestIssuer.Body();
        var valid = ByHand.Sign(CanonicalJson.FromValue(body));
        body["signature"] = (valid[0] == '0' ? '1' : '0') + valid[1..];

        await Wire.AssertRefusedAsync(
            await issuer.RequestTokenAsync(CanonicalJson.FromValue(body)), 401, "invalid_signature");
    }

    [Fact]
    public async Task AnotherSecretIsRefused()
    {
        await using var issuer = await TestIssuer.StartAsync();

        await Wire.AssertRefusedAsync(
            await issuer.RequestTokenAsync(TestIssuer.Signed(TestIssuer.Body(), Second)), 401, "invalid_signature");
    }

    [Fact]
    public async Task AnUnsignedBodyIsNeitherCheckedNorRepeated()
    {
        await using var issuer = await TestIssuer.StartAsync();
        var garbage = $$"""
            {"agent_id":7,"scopes":["<script>"],"timestamp":"never","signature":"{{new string('0', 64)}}"}
            """;

        var refusal = await Wire.AssertRefusedAsync(await issuer.RequestTokenAsync(garbage), 401, "invalid_signature");
        Assert.DoesNotContain("<script", refusal.GetRawText());
        Assert.DoesNotContain("timestamp", refusal.GetRawText());
    }

    [Fact]
    public async Task ARequestSignedUnderAnOlderSecretGetsATokenUnderTheNewest()
    {
        await using var issuer = await TestIssuer.StartAsync(o =>
        {
            o.Secrets.Add(TestIssuer.SecretText);
            o.Secrets.Add(Second);
        });
        var token = await Wire.TokenAsync(issuer, TestIssuer.Body(), Second);

        Assert.True(ByHand.IsSigned(token, ByHand.TokenKey()));
        Assert.False(ByHand.IsSigned(token, ByHand.TokenKey(Second)));
        Assert.Equal(200, (int)(await issuer.GetDataAsync(token)).StatusCode);
    }

    [Theory]
    [InlineData(300_000)]
    [InlineData(-300_000)]
    public async Task ATimestampAtTheEdgeOfTheWindowIsTaken(long offset)
    {
        var time = new ManualTime();
        await using var issuer = await TestIssuer.StartAsync(services: s => s.AddSingleton<TimeProvider>(time));
        var body = TestIssuer.Body();
        body["timestamp"] = time.Milliseconds + offset;

        Assert.Equal(200, (int)(await issuer.RequestTokenAsync(TestIssuer.Signed(body))).StatusCode);
    }

    [Theory]
    [InlineData(300_001)]
    [InlineData(-300_001)]
    [InlineData(301_000)]
    [InlineData(-301_000)]
    public async Task ATimestampOutsideTheWindowIsRefusedWithTheIssuersTime(long offset)
    {
        var time = new ManualTime();
        await using var issuer = await TestIssuer.StartAsync(services: s => s.AddSingleton<TimeProvider>(time));
        var body = TestIssuer.Body();
        body["timestamp"] = time.Milliseconds + offset;

        var refusal = await Wire.AssertRefusedAsync(
            await issuer.RequestTokenAsync(TestIssuer.Signed(body)), 401, "stale_timestamp");
        Assert.Equal(time.Milliseconds, refusal.GetProperty("server_time").GetInt64());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(253_402_300_799_999)]
    public async Task ATimestampFarAwayIsStale(long timestamp)
    {
        await using var issuer = await TestIssuer.StartAsync();
        var body = TestIssuer.Body();
        body["timestamp"] = timestamp;

        await Wire.AssertRefusedAsync(await issuer.RequestTokenAsync(TestIssuer.Signed(body)), 401, "stale_timestamp");
    }
}
