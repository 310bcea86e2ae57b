using Agentdom.AspNetCore;
using Agentdom.AspNetCore.EntityFrameworkCore;
using Agentdom.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Agentdom.Tests.AspNetCoreEntityFrameworkCore;

/// <summary>Where the secrets of agents are, and what happens if they cannot be read.</summary>
public sealed class AgentSecretTests : IAsyncDisposable
{
    private const string Shared = "a-secret-that-the-agent-had-before-of-more-than-32-bytes";

    private static readonly AgentSettings s_settings = new() { Scopes = ["data.read"] };

    private readonly LogCapture _log = new();
    private AppDatabase _database = null!;

    public async ValueTask DisposeAsync()
    {
        _log.Dispose();
        if (_database is not null) await _database.DisposeAsync();
    }

    [Theory]
    [InlineData(AppDatabase.Sqlite)]
    [InlineData(AppDatabase.Postgres)]
    public async Task NoSecretIsInTheDatabaseOrTheLog(string kind)
    {
        _database = await AppDatabase.CreateAsync(kind);
        await using var issuer = await StartAsync();
        var store = issuer.Service<IAgentStore>();
        List<string> secrets = [Shared, (await store.CreateAsync("an-agent", s_settings, new OlderSecret { Secret = Shared }))!.Secret];
        for (var i = 0; i < 2; i++) secrets.Add((await store.RotateSecretAsync("an-agent", TimeSpan.FromHours(1)))!.Secret);
        foreach (var secret in secrets) await Wire.TokenAsync(issuer, Body("an-agent"), secret);

        var raw = await _database.RawAsync();
        Assert.Contains("an-agent", raw, StringComparison.Ordinal);
        // The log does have the values of the commands.
        Assert.Contains("INSERT INTO", _log.AllText, StringComparison.Ordinal);
        Assert.Contains("'an-agent'", _log.AllText, StringComparison.Ordinal);
        Assert.All(secrets, secret =>
        {
            Assert.DoesNotContain(secret, raw, StringComparison.Ordinal);
            Assert.DoesNotContain(Convert.ToHexStringLower(System.Text.Encoding.UTF8.GetBytes(secret)), raw, StringComparison.Ordinal);
            Assert.DoesNotContain(secret, _log.AllText, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task WithoutItsKeysTheIssuerIsUnavailableForAnAgentAndSaysWhy()
    {
        _database = await AppDatabase.CreateAsync(AppDatabase.Sqlite);
        string secret;
        await using (var before = await StartAsync()) secret = (await before.Service<IAgentStore>().CreateAsync("a", s_settings))!.Secret;
        Directory.Delete(_database.Keys, recursive: true);
        await using var issuer = await StartAsync();
        var store = issuer.Service<IAgentStore>();
        var other = (await store.CreateAsync("b", s_settings))!.Secret;

        await Wire.AssertRefusedAsync(
            await issuer.RequestTokenAsync(TestIssuer.Signed(Body("a"), secret)), 503, "temporarily_unavailable");
        var logged = Assert.Single(_log.Of("Agentdom.AspNetCore.CachedDirectory"), static e => e.Id == 2003).Text;
        Assert.Contains("The secrets of the agent 'a' cannot be decrypted", logged);
        Assert.Contains("Data Protection key", logged);
        var error = await Assert.ThrowsAsync<IssuerStateException>(() => store.RotateSecretAsync("a", TimeSpan.Zero));
        Assert.Contains("cannot be decrypted", error.Message);
        await Wire.TokenAsync(issuer, Body("b"), other);

        // Such an agent can be shut out, and registered again.
        Assert.True((await store.SetDisabledAsync("a", true))!.Disabled);
        Assert.True(await store.DeleteAsync("a"));
        var again = (await store.CreateAsync("a", s_settings))!.Secret;
        Assert.Equal([again], (await ActivatorUtilities.CreateInstance<EfAgentDirectory>(issuer.Service<IServiceProvider>())
            .FindAsync("a", default))!.Secrets);
    }

    [Fact]
    public async Task SecretsThatAreMovedToAnotherAgentAreOfNoUse()
    {
        _database = await AppDatabase.CreateAsync(AppDatabase.Sqlite);
        await using var issuer = await StartAsync();
        var store = issuer.Service<IAgentStore>();
        var mine = (await store.CreateAsync("mine", s_settings))!.Secret;
        await store.CreateAsync("admin", s_settings);
        await using (var context = _database.Open())
        {
            var stolen = await context.Set<AgentRow>().Where(row => row.AgentId == "mine").Select(row => row.Secrets).SingleAsync();
            await context.Set<AgentRow>().Where(row => row.AgentId == "admin")
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.Secrets, stolen));
        }

        await Wire.AssertRefusedAsync(
            await issuer.RequestTokenAsync(TestIssuer.Signed(Body("admin"), mine)), 503, "temporarily_unavailable");
    }

    private Task<TestIssuer> StartAsync() => TestIssuer.StartAsync(static o => o.DirectoryCacheSeconds = 0, s =>
    {
        s.AddSingleton<ILoggerProvider>(_log);
        s.Configure<LoggerFilterOptions>(static filter => filter.MinLevel = LogLevel.Trace);
        _database.AddKeysTo(s);
        s.AddDbContext<AppDbContext>(options =>
        {
            _database.Use(options);
            options.EnableSensitiveDataLogging().EnableDetailedErrors();
        });
        s.AddAgentTokenIssuer(static _ => { }).UseEntityFrameworkCore<AppDbContext>();
    });

    private static Dictionary<string, object?> Body(string agentId) => new(TestIssuer.Body()) { ["agent_id"] = agentId };
}
