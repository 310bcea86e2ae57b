using Agentdom.AspNetCore.EntityFrameworkCore;
using Agentdom.AspNetCore.Sqlite;
using Agentdom.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.Tests.Issuer;

/// <summary>A clock that was two hours ahead for a while, with traffic, and was set right.</summary>
public sealed class ClockTests : IAsyncDisposable
{
    private const int Ahead = 2 * 60 * 60;

    private readonly ManualTime _time = new();
    private readonly string _folder = TestPaths.NewFolder();
    private AppDatabase? _database;

    public async ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        if (_database is not null) await _database.DisposeAsync();
    }

    [Theory]
    [InlineData("memory")]
    [InlineData("sqlite")]
    [InlineData("ef-sqlite")]
    [InlineData("ef-postgres")]
    public async Task NothingThatWasUsedOrRevokedIsAcceptedAgain(string kind)
    {
        await using var issuer = await StartAsync(kind);
        var before = Stamped();
        Assert.Equal(200, await AskAsync(issuer, before));
        var revoked = await TokenAsync(issuer);
        await RevokeAsync(issuer, revoked);

        // With a database, the requests of its first 15 minutes are forgotten.
        var during = await ExcursionAsync(issuer, minutes: 20);

        Assert.Equal(503, await AskAsync(issuer, before));
        Assert.False(await Wire.IsValidAsync(issuer, revoked));
        // Requests from the excursion are fresh again when the clock comes near the time that they were stamped with.
        _time.Advance(Ahead - 290);
        foreach (var used in during)
        {
            using var answer = await issuer.RequestTokenAsync(used);
            Assert.Contains((await TestIssuer.ReadAsync(answer)).Text("error"), (string[])["replayed_request", "temporarily_unavailable"]);
            _time.Advance(15);
        }
    }

    [Theory]
    [InlineData("memory")]
    [InlineData("sqlite")]
    [InlineData("ef-sqlite")]
    [InlineData("ef-postgres")]
    public async Task ARequestThatIsRefusedForThatReasonIsAnsweredWith503AndTheReasonIsLogged(string kind)
    {
        using var log = new LogCapture();
        await using var issuer = await StartAsync(kind, log);
        Assert.Equal(200, await AskAsync(issuer, Stamped()));
        await ExcursionAsync(issuer, minutes: 20);

        await Wire.AssertRefusedAsync(await issuer.RequestTokenAsync(Stamped()), 503, "temporarily_unavailable");

        Assert.Contains("clock was set back", Assert.Single(log.Of("Agentdom.AspNetCore.CurrentIssuer"), e => e.Id == 2003).Text);
    }

    [Theory]
    [InlineData("memory", 1, 3)]
    [InlineData("sqlite", 1, 3)]
    [InlineData("ef-sqlite", 1, 3)]
    [InlineData("memory", 10, Ahead + 300)]
    [InlineData("sqlite", 10, Ahead + 300)]
    [InlineData("ef-postgres", 20, Ahead + 600)]
    public async Task FreshRequestsAreAcceptedAgainAsSoonAsNoneOfThemCanBeAForgottenOne(string kind, int minutes, int wait)
    {
        await using var issuer = await StartAsync(kind);
        Assert.Equal(200, await AskAsync(issuer, Stamped()));
        await ExcursionAsync(issuer, minutes);

        // A short excursion forgets only what was used before it. A longer one forgets requests with timestamps of two hours ahead.
        _time.Advance(wait);
        Assert.Equal(200, await AskAsync(issuer, Stamped()));
        Assert.True(await Wire.IsValidAsync(issuer, await TokenAsync(issuer)));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("ef-postgres")]
    public async Task ADatabaseRemembersWhatWasForgottenAfterARestart(string kind)
    {
        var before = Stamped();
        string revoked;
        await using (var issuer = await StartAsync(kind))
        {
            Assert.Equal(200, await AskAsync(issuer, before));
            revoked = await TokenAsync(issuer);
            await RevokeAsync(issuer, revoked);
            await ExcursionAsync(issuer, minutes: 10);
        }

        await using var again = await StartAsync(kind);
        Assert.Equal(503, await AskAsync(again, before));
        Assert.False(await Wire.IsValidAsync(again, revoked));
    }

    /// <summary>
    /// Sets the clock ahead, keeps using the issuer, so that its state prunes, and sets the clock back to where it was.
    /// </summary>
    /// <returns>Requests that were used meanwhile.</returns>
    private async Task<List<string>> ExcursionAsync(TestIssuer issuer, int minutes)
    {
        _time.Advance(Ahead);
        var used = new List<string>();
        for (var i = 0; i < minutes * 4; i++)
        {
            used.Add(Stamped());
            Assert.Equal(200, await AskAsync(issuer, used[^1]));
            await RevokeAsync(issuer, await TokenAsync(issuer));
            _time.Advance(15);
            // It prunes by a timer, which follows the real time.
            if (issuer.Service<IIssuerState>() is EfIssuerState state) await state.PruneAsync();
        }
        _time.Advance(-Ahead - (60 * minutes));
        return used;
    }

    private string Stamped()
    {
        var body = TestIssuer.Body();
        body["timestamp"] = _time.Milliseconds + Random.Shared.Next(-1000, 1000);
        return TestIssuer.Signed(body);
    }

    private static async Task<int> AskAsync(TestIssuer issuer, string body)
    {
        using var response = await issuer.RequestTokenAsync(body);
        return (int)response.StatusCode;
    }

    private async Task<string> TokenAsync(TestIssuer issuer)
    {
        using var response = await issuer.RequestTokenAsync(Stamped());
        return (await TestIssuer.ReadAsync(response)).Text("token")!;
    }

    private static async Task RevokeAsync(TestIssuer issuer, string token)
    {
        using var response = await issuer.PostAsync("/v1/agent-tokens/revoke", $$"""{"token":"{{token}}"}""");
        Assert.Equal(200, (int)response.StatusCode);
    }

    private async Task<TestIssuer> StartAsync(string kind, LogCapture? log = null)
    {
        if (kind.Split('-') is ["ef", var database]) _database ??= await AppDatabase.CreateAsync(database);
        return await TestIssuer.StartAsync(static o => o.AllowUnregisteredAgents = true, s =>
        {
            s.AddSingleton<TimeProvider>(_time);
            if (log is not null) s.AddSingleton<Microsoft.Extensions.Logging.ILoggerProvider>(log);
            if (_database is not null) _database.AddTo(s);
            else if (kind == "memory") s.AddSingleton<IIssuerState>(new InMemoryIssuerState(time: _time));
            else s.AddSingleton<IIssuerState>(new SqliteIssuerState(Path.Combine(_folder, "state.db"), _time));
        });
    }
}
