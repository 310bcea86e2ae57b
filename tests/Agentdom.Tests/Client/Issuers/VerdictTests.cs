using System.Globalization;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Client;

/// <summary>Answers to verify and revoke.</summary>
public sealed class VerdictTests : IDisposable
{
    private readonly Agent _agent = new(new HastyTime());

    public void Dispose() => _agent.Dispose();

    [Theory]
    [InlineData("\"2026-11-23T20:00:00Z\"")]
    [InlineData("\"2026-11-23T21:30:00+01:30\"")]
    [InlineData("\"2026-11-23T20:00:00.000Z\"")]
    [InlineData("\"2026-11-23T20:00:00\"")]
    [InlineData("1795464000")]
    [InlineData("1795464000000")]
    [InlineData("1.795464e9")]
    [InlineData("\"1795464000\"")]
    [InlineData("\"1795464000000\"")]
    public async Task AnExpiryIsReadInAnyOfItsForms(string json)
    {
        await using var host = await ScriptedIssuer.StartAsync(
            Answers.Json(200, $$"""{"valid":true,"expires_at":{{json}}}"""));
        var verdict = await _agent.VerifyAsync(host.Endpoint);

        Assert.Equal(DateTimeOffset.Parse("2026-11-23T20:00:00Z", CultureInfo.InvariantCulture), verdict.ExpiresAt);
        Assert.Equal(TimeSpan.Zero, verdict.ExpiresAt!.Value.Offset);
    }

    [Fact]
    public async Task AnAnswerMayContainOnlyValid()
    {
        await using var host = await ScriptedIssuer.StartAsync(
            Answers.Json(200, """{"valid":true}"""),
            Answers.Json(200, """{"valid":true,"scopes":null,"expires_at":null,"agent_id":null}"""));
        await AssertOnlyValidAsync(host);
        await AssertOnlyValidAsync(host);
    }

    private async Task AssertOnlyValidAsync(ScriptedIssuer host)
    {
        var verdict = await _agent.VerifyAsync(host.Endpoint);

        Assert.True(verdict.IsValid);
        Assert.Null(verdict.ExpiresAt);
        Assert.Null(verdict.AgentId);
        Assert.Empty(verdict.Scopes);
    }

    [Fact]
    public async Task EverythingTheIssuerSaysIsRead()
    {
        await using var issuer = await TestIssuer.StartAsync();
        var token = await _agent.AcquireAsync(issuer.Name);
        var verdict = await _agent.VerifyAsync(token.VerifyEndpoint, token.AccessToken);

        Assert.True(verdict.IsValid);
        Assert.Equal("test-agent", verdict.AgentId);
        Assert.Equal(["data.read"], verdict.Scopes);
        Assert.InRange(verdict.ExpiresAt!.Value - token.ExpiresAt, TimeSpan.FromMinutes(-5), TimeSpan.FromMinutes(5));
    }

    [Fact]
    public async Task AnInvalidTokenIsNotAnError()
    {
        await using var host = await ScriptedIssuer.StartAsync(Answers.Json(200, """{"valid":false}"""));

        Assert.False((await _agent.VerifyAsync(host.Endpoint)).IsValid);
    }

    [Fact]
    public async Task TheTokenIsSentAsItIs()
    {
        await using var host = await ScriptedIssuer.StartAsync(Answers.Json(200, """{"valid":false}"""));
        await _agent.VerifyAsync(host.Endpoint, "a\"b");

        var post = Assert.Single(host.Posts);
        Assert.Equal(("application/json", """{"token":"a\"b"}"""), (post.ContentType, post.Body));
    }

    [Theory]
    [InlineData("")]
    [InlineData("OK")]
    [InlineData("{}")]
    [InlineData("true")]
    [InlineData("""{"valid":null}""")]
    [InlineData("""{"valid":"true"}""")]
    [InlineData("""{"valid":1}""")]
    [InlineData("""{"valid":false,"valid":true}""")]
    [InlineData("""{"valid":true,"expires_at":"soon"}""")]
    [InlineData("""{"valid":true,"expires_at":1e300}""")]
    [InlineData("""{"valid":true,"expires_at":-81541673610684}""")]
    [InlineData("""{"valid":true,"expires_at":true}""")]
    [InlineData("""{"valid":true,"scopes":"data.read"}""")]
    public async Task AnAnswerThatIsNotAVerdictIsRefused(string body)
    {
        await using var host = await ScriptedIssuer.StartAsync(Answers.Json(200, body));

        await Agent.FailsAsync(AtpError.AnswerInvalid, () => _agent.VerifyAsync(host.Endpoint));
    }

    [Theory]
    [InlineData("")]
    [InlineData("""{"revoked":true}""")]
    public async Task ARevocationIsConfirmed(string body)
    {
        await using var host = await ScriptedIssuer.StartAsync(Answers.Json(200, body));
        await _agent.RevokeAsync(host.Endpoint);

        Assert.Equal($$"""{"token":"{{ScriptedIssuer.Token}}"}""", Assert.Single(host.Posts).Body);
    }

    [Theory]
    [InlineData("""{"revoked":false}""", AtpError.IssuerFailed)]
    [InlineData("""{"revoked":"yes"}""", AtpError.AnswerInvalid)]
    [InlineData("<html></html>", AtpError.IssuerFailed)]
    public async Task ARevocationThatIsNotConfirmedIsAnError(string body, AtpError expected)
    {
        await using var host = await ScriptedIssuer.StartAsync(Answers.Json(200, body));

        await Agent.FailsAsync(expected, () => _agent.RevokeAsync(host.Endpoint));
    }
}
