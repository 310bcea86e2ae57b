using System.Globalization;
using Agentdom.Tests.Support;
using Microsoft.AspNetCore.Builder;

namespace Agentdom.Tests.Client;

public sealed class RetryTests : IDisposable
{
    private readonly HastyTime _time = new();
    private readonly Agent _agent;

    public RetryTests() => _agent = new Agent(_time);

    public void Dispose() => _agent.Dispose();

    [Theory]
    [InlineData(429)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task APassingFaultIsTriedAgainStampedAndSignedAnew(int status)
    {
        var fault = Answers.Text(status, "text/html", "<h1>Busy</h1>");
        await using var host = await ScriptedIssuer.StartAsync(fault, fault, Answers.Grant);

        Assert.Equal(ScriptedIssuer.Token, (await _agent.AskAsync(host.Endpoint)).AccessToken);
        AssertAllDifferent(host.Posts, 3);
    }

    [Theory]
    [InlineData(429, AtpError.RateLimited)]
    [InlineData(503, AtpError.IssuerUnavailable)]
    public async Task TheFourthFailureIsTheLast(int status, AtpError expected)
    {
        await using var host = await ScriptedIssuer.StartAsync(Answers.Text(status, "text/plain", "Busy"));

        await Agent.FailsAsync(expected, () => _agent.AskAsync(host.Endpoint));
        AssertAllDifferent(host.Posts, 4);
        Assert.Equal(3, _time.Waits.Count);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(500)]
    [InlineData(501)]
    public async Task NothingElseIsTriedAgain(int status)
    {
        await using var host = await ScriptedIssuer.StartAsync(Answers.Text(status, "text/plain", "No"), Answers.Grant);

        await Assert.ThrowsAsync<AtpException>(() => _agent.AskAsync(host.Endpoint));
        Assert.Single(host.Posts);
    }

    [Fact]
    public async Task TheWaitThatTheIssuerAsksForIsRespected()
    {
        await using var host = await ScriptedIssuer.StartAsync(
            Answers.Error(429, "rate_limited", ("Retry-After", "7")),
            Answers.Json(429, """{"ok":false,"error":"slow down","retry_after":1500}"""),
            Answers.Error(503, "temporarily_unavailable", ("Retry-After", "0")),
            Answers.Grant);
        await _agent.AskAsync(host.Endpoint);

        Assert.Equal([TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(1.5)], _time.Waits);
        Assert.Equal(4, host.Posts.Count);
    }

    [Fact]
    public async Task ADateToWaitForIsRespected()
    {
        var date = DateTimeOffset.UtcNow.AddSeconds(30).ToString("R", CultureInfo.InvariantCulture);
        await using var host = await ScriptedIssuer.StartAsync(
            Answers.Error(503, "temporarily_unavailable", ("Retry-After", date)), Answers.Grant);
        await _agent.AskAsync(host.Endpoint);

        Assert.InRange(Assert.Single(_time.Waits), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task AWaitBeyondTheDeadlineFailsAtOnceWithTheReason()
    {
        await using var host = await ScriptedIssuer.StartAsync(
            Answers.Error(429, "rate_limited", ("Retry-After", "3600")), Answers.Grant);
        using var deadline = new Deadline(TimeSpan.FromMinutes(1));
        var error = await Agent.FailsAsync(AtpError.RateLimited, () => _agent.AskAsync(host.Endpoint, deadline));

        Assert.Equal(TimeSpan.FromHours(1), error.RetryAfter);
        Assert.Contains("Try again in 1h.", error.Advice);
        Assert.Single(host.Posts);
    }

    [Fact]
    public async Task AConnectionThatBreaksInTheMiddleOfAnAnswerIsTriedAgain()
    {
        await using var host = new RawHost(false,
            "HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n{\"token\":", null, RawHost.Ok("""{"token":"t"}"""));

        Assert.Equal("t", (await _agent.AskAsync(host.Endpoint)).AccessToken);
        Assert.Equal(3, host.Bodies.Distinct().Count());
    }

    [Fact]
    public async Task AKeptConnectionThatBreaksNeverSendsOneSignatureTwice()
    {
        var ok = RawHost.Ok("""{"token":"t"}""");
        await using var host = new RawHost(true, ok, null, ok, null, ok);
        for (var i = 0; i < 3; i++) await _agent.AskAsync(host.Endpoint);

        Assert.Equal(5, host.Bodies.Count);
        Assert.Equal(5, host.Bodies.Distinct().Count());
    }

    [Fact]
    public async Task AQuestionAboutATokenIsTriedAgainToo()
    {
        await using var host = await ScriptedIssuer.StartAsync(
            Answers.Error(503, "temporarily_unavailable"), Answers.Json(200, """{"valid":true}"""));

        Assert.True((await _agent.VerifyAsync(host.Endpoint)).IsValid);
        Assert.Equal(2, host.Posts.Count);
    }

    [Fact]
    public async Task IfTheAnswerIsLostTheIssuerAcceptsTheRetry()
    {
        var posts = 0;
        await using var issuer = await TestIssuer.StartAsync(map: app => app.Use(async (context, next) =>
        {
            // The issuer has accepted this signature, but the agent gets no answer.
            var isLost = context.Request.Method == "POST" && Interlocked.Increment(ref posts) == 1;
            if (isLost) context.Response.Body = Stream.Null;
            await next(context);
            if (isLost) context.Abort();
        }));

        Assert.NotEmpty((await _agent.AcquireAsync(issuer.Name)).AccessToken);
        Assert.Equal(2, posts);
    }

    private static void AssertAllDifferent(IReadOnlyList<ScriptedIssuer.Post> posts, int count)
    {
        Assert.Equal(count, posts.Count);
        Assert.Equal(count, posts.Select(p => p.Timestamp).Distinct().Count());
        Assert.Equal(count, posts.Select(p => p.Signature).Distinct().Count());
    }
}
