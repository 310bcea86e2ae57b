using Agentdom.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.Tests.Issuer;

public sealed class RevokeTests
{
    private const string Stranger = "a stranger's secret of more than 32 bytes";

    [Fact]
    public async Task ARevokedTokenIsInvalidAtOnceAndOthersStayValid()
    {
        await using var issuer = await TestIssuer.StartAsync();
        var (token, other) = (await issuer.TokenAsync(), await issuer.TokenAsync());
        Assert.Equal(200, (int)(await issuer.GetDataAsync(token)).StatusCode);

        await AssertRevokedAsync(issuer, token);
        await Wire.AssertNotValidAsync(issuer, token);
        Wire.AssertChallenge(await issuer.GetDataAsync(token), 401, "Bearer error=\"invalid_token\"");
        Assert.Equal(200, (int)(await issuer.GetDataAsync(other)).StatusCode);
    }

    [Fact]
    public async Task RevokingTwiceSucceedsTwice()
    {
        await using var issuer = await TestIssuer.StartAsync();
        var token = await issuer.TokenAsync();

        await AssertRevokedAsync(issuer, token);
        await AssertRevokedAsync(issuer, token);
        await Wire.AssertNotValidAsync(issuer, token);
    }

    [Fact]
    public async Task AnUnknownOrExpiredTokenCountsAsRevoked()
    {
        var time = new ManualTime();
        await using var issuer = await TestIssuer.StartAsync(services: s => s.AddSingleton<TimeProvider>(time));
        await using var stranger = await TestIssuer.StartAsync(o => o.Secrets.Add(Stranger));
        var foreign = await Wire.TokenAsync(stranger, TestIssuer.Body(), Stranger);
        var ended = await issuer.TokenAsync();
        time.Advance(3600);

        await AssertRevokedAsync(issuer, ended);
        await AssertRevokedAsync(issuer, foreign);
        await AssertRevokedAsync(issuer, "garbage");
        await AssertRevokedAsync(issuer, "");
    }

    [Fact]
    public async Task ARevocationLastsAsLongAsTheToken()
    {
        var time = new ManualTime();
        await using var issuer = await TestIssuer.StartAsync(services: s => s.AddSingleton<TimeProvider>(time));
        var token = await issuer.TokenAsync();
        await AssertRevokedAsync(issuer, token);

        time.Advance(3599);
        // Another revocation gives the state an occasion to prune.
        var body = TestIssuer.Body();
        body["timestamp"] = time.Milliseconds;
        await AssertRevokedAsync(issuer, await Wire.TokenAsync(issuer, body));
        await Wire.AssertNotValidAsync(issuer, token);
    }

    [Fact]
    public async Task ARevocationThatCannotBeStoredIsNotConfirmed()
    {
        await using var issuer = await TestIssuer.StartAsync(
            services: s => s.AddSingleton<IIssuerState>(new FailingState { Mints = true }));
        var token = await issuer.TokenAsync();

        await Wire.AssertRefusedAsync(
            await issuer.PostAsync("/v1/agent-tokens/revoke", Question(token)), 503, "temporarily_unavailable");
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"token":null}""")]
    [InlineData("""{"token":5}""")]
    [InlineData("""{"token":["x"]}""")]
    [InlineData("""{"token":"x","token":"x"}""")]
    [InlineData("[]")]
    [InlineData("token")]
    public async Task AQuestionWithoutOneTokenIsRefused(string body)
    {
        await using var issuer = await TestIssuer.StartAsync();

        await Wire.AssertRefusedAsync(await issuer.PostAsync("/v1/agent-tokens/verify", body), 400, "invalid_request");
        await Wire.AssertRefusedAsync(await issuer.PostAsync("/v1/agent-tokens/revoke", body), 400, "invalid_request");
    }

    [Theory]
    [InlineData("/v1/agent-tokens/verify")]
    [InlineData("/v1/agent-tokens/revoke")]
    public async Task AQuestionNotDeclaredAsJsonIsRefused(string path)
    {
        await using var issuer = await TestIssuer.StartAsync();

        await Wire.AssertRefusedAsync(
            await issuer.PostAsync(path, Question("x"), "text/plain"), 415, "invalid_request");
    }

    private static string Question(string token) => $$"""{"token":"{{token}}"}""";

    private static async Task AssertRevokedAsync(TestIssuer issuer, string token)
    {
        using var response = await issuer.PostAsync("/v1/agent-tokens/revoke", Question(token));
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal("""{"revoked":true}""", await response.Content.ReadAsStringAsync());
    }
}
