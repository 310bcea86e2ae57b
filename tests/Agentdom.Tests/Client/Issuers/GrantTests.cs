using System.Globalization;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Client;

/// <summary>Reading an issuer's grant.</summary>
public sealed class GrantTests : IDisposable
{
    private readonly Agent _agent = new(new HastyTime());

    public void Dispose() => _agent.Dispose();

    [Fact]
    public async Task EveryFieldOfTheAnswerIsRead()
    {
        var time = new ManualTime();
        using var agent = new Agent(time);
        await using var host = await ScriptedIssuer.StartAsync(Answers.Json(200,
            """{"token":"t.0-k_e~n","token_type":"bearer","expires_in":90,"scopes_granted":["x","y"],"more":{}}"""));
        var grant = await agent.AskAsync(host.Endpoint);

        Assert.Equal(("t.0-k_e~n", "Bearer", 90L), (grant.AccessToken, grant.TokenType, grant.ExpiresIn));
        Assert.Equal(["x", "y"], grant.ScopesGranted);
        Assert.Equal(time.GetUtcNow(), grant.IssuedAt);
        Assert.Equal(time.GetUtcNow().AddSeconds(90), grant.ExpiresAt);
        Assert.DoesNotContain("t.0-k_e~n", grant.ToString());
    }

    [Fact]
    public async Task ATokenAloneIsEnough()
    {
        await using var host = await ScriptedIssuer.StartAsync(Answers.Json(200, """{"access_token":"abc"}"""));
        var grant = await _agent.AskAsync(host.Endpoint);

        Assert.Equal(("abc", "Bearer", 3600L), (grant.AccessToken, grant.TokenType, grant.ExpiresIn));
        Assert.Equal(["data.read"], grant.ScopesGranted);
    }

    [Theory]
    [InlineData("1", 1)]
    [InlineData("1.9", 1)]
    [InlineData("3.6e3", 3600)]
    [InlineData("31622400", 31622400)]
    [InlineData("\"3600\"", 3600)]
    [InlineData("\"90.5\"", 90)]
    [InlineData("null", 3600)]
    public async Task ALifetimeIsReadInWholeSeconds(string json, long seconds)
    {
        await using var host = await ScriptedIssuer.StartAsync(
            Answers.Json(200, $$"""{"token":"t","expires_in":{{json}}}"""));

        Assert.Equal(seconds, (await _agent.AskAsync(host.Endpoint)).ExpiresIn);
    }

    [Fact]
    public async Task NullCountsAsMissing()
    {
        await using var host = await ScriptedIssuer.StartAsync(Answers.Json(200,
            """{"token":null,"access_token":"abc","token_type":null,"expires_in":null,"scopes_granted":null}"""));
        var grant = await _agent.AskAsync(host.Endpoint);

        Assert.Equal(("abc", "Bearer", 3600L), (grant.AccessToken, grant.TokenType, grant.ExpiresIn));
        Assert.Equal(["data.read"], grant.ScopesGranted);
    }

    [Theory]
    [InlineData("")]
    [InlineData("yes")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"token":null}""")]
    [InlineData("""{"token":""}""")]
    [InlineData("""{"token":5}""")]
    [InlineData("""{"token":"a","token":"b"}""")]
    public async Task AnInvalidAnswerIsReportedAndNotRetried(string body)
    {
        await using var host = await ScriptedIssuer.StartAsync(Answers.Json(200, body));

        await Agent.FailsAsync(AtpError.AnswerInvalid, () => _agent.AskAsync(host.Endpoint));
        Assert.Single(host.Posts);
    }

    // Otherwise it would stay valid at the issuer with no one to use it or to revoke it.
    [Theory]
    [InlineData("""{"token":"a b"}""", "a b")]
    [InlineData("""{"token":"a\nX-Injected: 1"}""", "a\nX-Injected: 1")]
    [InlineData("""{"token":"a\u0000"}""", "a\0")]
    [InlineData("""{"token":"ä"}""", "ä")]
    [InlineData("""{"token":"t","token_type":"mac"}""", "t")]
    [InlineData("""{"token":"t","expires_in":0}""", "t")]
    [InlineData("""{"token":"t","expires_in":-5}""", "t")]
    [InlineData("""{"access_token":"t","expires_in":1e300}""", "t")]
    [InlineData("""{"token":"t","expires_in":31622401}""", "t")]
    [InlineData("""{"token":"t","expires_in":"an hour"}""", "t")]
    [InlineData("""{"token":"t","scopes_granted":"data.read"}""", "t")]
    [InlineData("""{"token":"t","scopes_granted":[1]}""", "t")]
    public async Task ATokenInAnInvalidAnswerIsRevoked(string body, string token)
    {
        await using var host = await ScriptedIssuer.StartAsync(Answers.Json(200, body), Answers.Json(200, """{"revoked":true}"""));

        var error = await Agent.FailsAsync(AtpError.AnswerInvalid, () => _agent.AskAsync(host.Endpoint));
        Assert.Contains("Its token was revoked", error.Message);
        Assert.Equal(2, host.Posts.Count);
        Assert.Equal("/v1/agent-tokens/revoke", host.Posts[1].Path);
        Assert.Equal(token, host.Posts[1].Json.Text("token"));
    }

    [Fact]
    public async Task IfItCannotBeRevokedTheErrorSaysSo()
    {
        await using var host = await ScriptedIssuer.StartAsync(
            Answers.Json(200, """{"token":"t","expires_in":0}"""), Answers.Text(404, "text/plain", ""));

        var error = await Agent.FailsAsync(AtpError.AnswerInvalid, () => _agent.AskAsync(host.Endpoint));
        Assert.Contains("could not be revoked", error.Message);
    }

    [Fact]
    public async Task AnAnswerDeclaredAsAGigabyteIsNotReadCompletely()
    {
        // The host sends only these bytes and keeps the connection open, so waiting for the rest would never finish.
        await using var host = new RawHost(
            true, "HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n{\"token\":\"t\"}");

        await Agent.FailsAsync(AtpError.AnswerInvalid, () => _agent.AskAsync(host.Endpoint));
        Assert.Single(host.Bodies);
    }

    [Fact]
    public async Task AnEndlessAnswerIsCutOff()
    {
        await using var host = await ScriptedIssuer.StartAsync(Answers.Endless);

        await Agent.FailsAsync(AtpError.AnswerInvalid, () => _agent.AskAsync(host.Endpoint));
        Assert.Single(host.Posts);
    }

    [Fact]
    public async Task AnAnswerOf64KiBIsRead()
    {
        await using var host = await ScriptedIssuer.StartAsync(
            Answers.Json(200, """{"token":"t"}""".PadRight(64 * 1024)));

        Assert.Equal("t", (await _agent.AskAsync(host.Endpoint)).AccessToken);
    }

    [Theory]
    [InlineData("de-DE")]
    [InlineData("tr-TR")]
    [InlineData("ar-SA")]
    public async Task TheUsersLanguageChangesNothing(string culture)
    {
        CultureInfo.CurrentCulture = new CultureInfo(culture);
        await using var issuer = await TestIssuer.StartAsync();
        var token = await _agent.AcquireAsync(issuer.Name);

        Assert.Equal(TimeSpan.FromHours(1), token.ExpiresAt - token.IssuedAt);
        Assert.NotNull((await _agent.VerifyAsync(token.VerifyEndpoint, token.AccessToken)).ExpiresAt);
    }
}
