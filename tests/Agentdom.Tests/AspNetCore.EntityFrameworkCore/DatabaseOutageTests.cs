using Agentdom.AspNetCore;
using Agentdom.AspNetCore.EntityFrameworkCore;
using Agentdom.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Agentdom.Tests.AspNetCoreEntityFrameworkCore;

/// <summary>A database that is frozen, killed, full of others' locks, or refuses the issuer.</summary>
public sealed class DatabaseOutageTests : IAsyncLifetime
{
    private readonly LogCapture _log = new();
    private PostgresServer _server = null!;
    private AppDatabase _database = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await PostgresServer.StartAsync();
        _database = await AppDatabase.CreateAsync(AppDatabase.Postgres, _server);
    }

    public async ValueTask DisposeAsync()
    {
        Assert.DoesNotContain(PostgresServer.Password, _log.AllText);
        _log.Dispose();
        if (_database is not null) await _database.DisposeAsync();
        if (_server is not null) await _server.DisposeAsync();
    }

    [Fact]
    public async Task AFrozenDatabaseIsA503UntilItGoesOn()
    {
        await using var issuer = await StartAsync();
        var token = await issuer.TokenAsync();

        await _server.StopAsync();
        await AssertUnavailableAsync(issuer, token);
        Assert.Contains("did not answer within 4 seconds", Reason());
        await _server.ContinueAsync();

        await BackAsync(issuer);
        Assert.True(await Wire.IsValidAsync(issuer, token));
        Assert.Equal(200, await AskAsync(issuer));
    }

    [Fact]
    public async Task ADatabaseThatIsDownIsA503UntilItIsUp()
    {
        await using var issuer = await StartAsync();
        var token = await issuer.TokenAsync();

        _server.Kill();
        await AssertUnavailableAsync(issuer, token);
        await _server.StartAgainAsync();

        await BackAsync(issuer);
        Assert.True(await Wire.IsValidAsync(issuer, token));
    }

    [Fact]
    public async Task AnAppStartsWithoutItsDatabaseAndWorksOnceItIsUp()
    {
        _server.Kill();
        await using var issuer = await StartAsync();
        Assert.Equal(503, await AskAsync(issuer));
        Assert.Contains("cannot be reached (ConnectionRefused)", Reason());
        var error = await Assert.ThrowsAsync<IssuerStateException>(() => issuer.Service<IAgentStore>().FindAsync("a"));
        Assert.Contains("cannot be reached", error.Message);

        await _server.StartAgainAsync();

        await BackAsync(issuer);
        Assert.Null(await issuer.Service<IAgentStore>().FindAsync("a"));
    }

    [Fact]
    public async Task AnAppStartsWhileItsDatabaseIsFrozenAndWorksOnceItGoesOn()
    {
        await _server.StopAsync();
        await using var issuer = await StartAsync();
        Assert.Equal(503, await AskAsync(issuer));

        await _server.ContinueAsync();

        await BackAsync(issuer);
    }

    [Fact]
    public async Task ATableThatIsLockedIsA503UntilItIsFree()
    {
        await using var issuer = await StartAsync();
        await using (var context = _database.Open())
        {
            await context.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
            {
                await using var transaction = await context.Database.BeginTransactionAsync();
                await context.Database.ExecuteSqlRawAsync("LOCK TABLE \"AgentdomSignatures\" IN ACCESS EXCLUSIVE MODE");
                Assert.Equal(503, await AskAsync(issuer));
                await transaction.RollbackAsync();
            });
        }

        await BackAsync(issuer);
        Assert.Contains("did not answer within 4 seconds", Reason());
    }

    [Fact]
    public async Task APasswordIsNeverShown()
    {
        var wrong = _database.ConnectionString.Replace(PostgresServer.Password, "hunter2-hunter2", StringComparison.Ordinal);
        var services = new ServiceCollection().AddLogging().AddDbContext<AppDbContext>(options => options.UseNpgsql(wrong));
        services.AddAgentTokenIssuer(static _ => { }).UseEntityFrameworkCore<AppDbContext>();
        await using var provider = services.BuildServiceProvider();

        var error = await Assert.ThrowsAsync<IssuerStateException>(
            () => provider.GetRequiredService<IIssuerState>().RevokeAsync("a token", DateTimeOffset.UtcNow, default).AsTask());

        Assert.Contains("refuses these credentials", error.Message);
        Assert.DoesNotContain("hunter2", error.ToString());
    }

    private static async Task AssertUnavailableAsync(TestIssuer issuer, string token)
    {
        await Wire.AssertRefusedAsync(
            await issuer.RequestTokenAsync(TestIssuer.Signed(TestIssuer.Body())), 503, "temporarily_unavailable");
        await Wire.AssertRefusedAsync(await Wire.VerifyAsync(issuer, token), 503, "temporarily_unavailable");
        await Wire.AssertRefusedAsync(
            await issuer.PostAsync("/v1/agent-tokens/revoke", $$"""{"token":"{{token}}"}"""), 503, "temporarily_unavailable");
        Assert.Equal(503, (int)(await issuer.GetDataAsync(token)).StatusCode);
    }

    /// <summary>Waits until the issuer works again. How long a connection takes to be replaced is not tested.</summary>
    private static async Task BackAsync(TestIssuer issuer)
    {
        for (var attempt = 0; attempt < 300; attempt++)
        {
            if (await AskAsync(issuer) == 200) return;
            await Task.Delay(100);
        }
        Assert.Fail("The issuer did not find its database again.");
    }

    private static async Task<int> AskAsync(TestIssuer issuer)
    {
        using var response = await issuer.RequestTokenAsync(TestIssuer.Signed(TestIssuer.Body()));
        return (int)response.StatusCode;
    }

    private string Reason() => string.Join('\n', _log.All.Where(static e => e.Id == 2003).Select(static e => e.Text));

    private Task<TestIssuer> StartAsync() => TestIssuer.StartAsync(
        static o => (o.AllowUnregisteredAgents, o.DirectoryCacheSeconds) = (true, 0),
        s =>
        {
            s.AddSingleton<ILoggerProvider>(_log);
            _database.AddTo(s);
        });
}
