using System.Globalization;
using Agentdom.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.Tests.Client;

/// <summary>Agents and issuers whose clocks differ.</summary>
public sealed class ClockTests : IDisposable
{
    private readonly Agent _agent = new(new HastyTime());

    public void Dispose() => _agent.Dispose();

    [Theory]
    [InlineData(600)]
    [InlineData(-600)]
    [InlineData(86_390)]
    [InlineData(-86_390)]
    public async Task TheIssuersTimeIsTakenAndKept(int ahead)
    {
        var posts = 0;
        await using var issuer = await TestIssuer.StartAsync(
            services: s => s.AddSingleton<TimeProvider>(new ManualTime(TimeSpan.FromSeconds(ahead))),
            map: app => app.Use((context, next) =>
            {
                if (context.Request.Method == "POST") Interlocked.Increment(ref posts);
                return next(context);
            }));

        Assert.NotEmpty((await _agent.AcquireAsync(issuer.Name)).AccessToken);
        Assert.Equal(2, posts);
        Assert.NotEmpty((await _agent.AcquireAsync(issuer.Name)).AccessToken);
        Assert.Equal(3, posts);
    }

    [Fact]
    public async Task TheOffsetOfOneIssuerIsNotAnothers()
    {
        await using var ahead = await TestIssuer.StartAsync(
            services: s => s.AddSingleton<TimeProvider>(new ManualTime(TimeSpan.FromHours(1))));
        await using var right = await ScriptedIssuer.StartAsync(Answers.Grant);
        await _agent.AcquireAsync(ahead.Name);
        await _agent.AskAsync(right.Endpoint);

        var distance = Assert.Single(right.Posts).Timestamp - DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        Assert.InRange(distance, -300_000, 300_000);
    }

    [Fact]
    public async Task TheTokensEndIsCountedOnThisMachinesClock()
    {
        var time = new ManualTime();
        using var agent = new Agent(time);
        await using var issuer = await TestIssuer.StartAsync(
            services: s => s.AddSingleton<TimeProvider>(new ManualTime(TimeSpan.FromHours(5))));

        Assert.Equal(time.GetUtcNow().AddHours(1), (await agent.AcquireAsync(issuer.Name)).ExpiresAt);
    }

    [Fact]
    public async Task WithoutAServerTimeTheDateHeaderIsUsed()
    {
        var date = DateTimeOffset.UtcNow.AddHours(-2);
        await using var host = await ScriptedIssuer.StartAsync(
            Answers.Error(401, "stale_timestamp", ("Date", date.ToString("R", CultureInfo.InvariantCulture))),
            Answers.Grant);
        await _agent.AskAsync(host.Endpoint);

        Assert.Equal(2, host.Posts.Count);
        Assert.InRange(host.Posts[1].Timestamp - date.ToUnixTimeMilliseconds(), -1_000, 300_000);
    }

    [Fact]
    public async Task TheIssuersTimeCountsMoreThanTheDateHeader()
    {
        var serverTime = DateTimeOffset.UtcNow.AddHours(3).ToUnixTimeMilliseconds();
        await using var host = await ScriptedIssuer.StartAsync(
            Answers.Json(401, $$"""{"error":"stale_timestamp","error_description":"x","server_time":{{serverTime}}}"""),
            Answers.Grant);
        await _agent.AskAsync(host.Endpoint);

        Assert.InRange(host.Posts[1].Timestamp - serverTime, 0, 300_000);
    }

    [Fact]
    public async Task ATimestampThatIsStillStaleAfterTheCorrectionIsAnError()
    {
        var serverTime = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeMilliseconds();
        await using var host = await ScriptedIssuer.StartAsync(
            Answers.Json(401, $$"""{"error":"stale_timestamp","error_description":"x","server_time":"{{serverTime}}"}"""));

        await Agent.FailsAsync(AtpError.ClockSkewed, () => _agent.AskAsync(host.Endpoint));
        Assert.Equal(2, host.Posts.Count);
        Assert.InRange(host.Posts[1].Timestamp - serverTime, 0, 300_000);
    }

    // A host that may move the clock as it likes collects requests that are good at another time.
    [Theory]
    [InlineData(30.01, "30d ahead of")]
    [InlineData(-2, "2d behind")]
    [InlineData(1.01, "1d ahead of")]
    public async Task MoreThanADayIsNeverFollowed(double days, string shown)
    {
        var serverTime = DateTimeOffset.UtcNow.AddDays(days);
        var stale = Answers.Json(
            401, $$"""{"error":"stale_timestamp","error_description":"x","server_time":{{serverTime.ToUnixTimeMilliseconds()}}}""");
        await using var host = await ScriptedIssuer.StartAsync(stale, Answers.Grant);

        var error = await Agent.FailsAsync(AtpError.ClockSkewed, () => _agent.AskAsync(host.Endpoint));
        Assert.Contains(shown, error.Message);
        Assert.Contains(TimeText.Moment(serverTime), error.Message);
        Assert.Contains("set this machine's clock", error.Advice);
        await _agent.AskAsync(host.Endpoint);

        Assert.Equal(2, host.Posts.Count);
        Assert.All(host.Posts, post =>
            Assert.InRange(post.Timestamp - DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), -300_000, 300_000));
    }

    [Fact]
    public async Task ADateHeaderOfAnotherDayIsNotFollowedEither()
    {
        var date = DateTimeOffset.UtcNow.AddDays(3).ToString("R", CultureInfo.InvariantCulture);
        await using var host = await ScriptedIssuer.StartAsync(Answers.Error(401, "stale_timestamp", ("Date", date)));

        await Agent.FailsAsync(AtpError.ClockSkewed, () => _agent.AskAsync(host.Endpoint));
        Assert.Single(host.Posts);
    }

    [Theory]
    [InlineData("9007199254740991")]
    [InlineData("-9007199254740991")]
    [InlineData("1e300")]
    [InlineData("\"now\"")]
    public async Task AnImplausibleServerTimeIsAnErrorAndDoesNotAffectTheNextRequest(string serverTime)
    {
        var stale = Answers.Json(
            401, $$"""{"error":"stale_timestamp","error_description":"x","server_time":{{serverTime}}}""");
        var isWell = false;
        await using var host = await ScriptedIssuer.StartAsync(context => (isWell ? Answers.Grant : stale)(context));
        await Agent.FailsAsync(AtpError.ClockSkewed, () => _agent.AskAsync(host.Endpoint));

        isWell = true;
        Assert.Equal(ScriptedIssuer.Token, (await _agent.AskAsync(host.Endpoint)).AccessToken);
        // An issuer refuses timestamps before 1970 or after 9999 as unreadable, so the client could never correct its clock.
        Assert.InRange(host.Posts[^1].Timestamp, 0, 253_402_300_799_999);
    }

    [Fact]
    public async Task NoTwoRequestsOfOneAgentShareATimestamp()
    {
        await using var host = await ScriptedIssuer.StartAsync(Answers.Grant);
        await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => _agent.AskAsync(host.Endpoint)));

        Assert.Equal(200, host.Posts.Count);
        Assert.Equal(200, host.Posts.Select(p => p.Timestamp).Distinct().Count());
    }

    [Fact]
    public async Task ABurstIsNoReplayForTheIssuer()
    {
        using var agent = new Agent(new ManualTime());
        await using var issuer = await TestIssuer.StartAsync();
        var tokens = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => agent.AcquireAsync(issuer.Name)));

        Assert.Equal(50, tokens.Select(t => t.AccessToken).Distinct().Count());
    }

    [Fact]
    public async Task NoTwoRequestsShareATimestampEvenIfTheyComeFasterThanTheClockForLong()
    {
        using var agent = new Agent(new ManualTime());
        await using var host = await ScriptedIssuer.StartAsync(Answers.Grant);
        for (var i = 0; i < 1500; i++) await agent.AskAsync(host.Endpoint);

        Assert.Equal(1500, host.Posts.Select(p => p.Timestamp).Distinct().Count());
    }
}
