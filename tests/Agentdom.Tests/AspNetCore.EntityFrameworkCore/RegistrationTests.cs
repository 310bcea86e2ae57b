using Agentdom.AspNetCore;
using Agentdom.AspNetCore.EntityFrameworkCore;
using Agentdom.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.Tests.AspNetCoreEntityFrameworkCore;

/// <summary>The ways in which an app registers its context, and what is wrong with it at the start.</summary>
public sealed class RegistrationTests
{
    private static readonly AgentSettings s_settings = new() { Scopes = ["data.read"] };

    [Theory]
    [InlineData("AddDbContext")]
    [InlineData("AddDbContextPool")]
    [InlineData("AddDbContextFactory")]
    [InlineData("AddPooledDbContextFactory")]
    public async Task AContextCanBeRegisteredInEveryWay(string way)
    {
        await using var database = await AppDatabase.CreateAsync(AppDatabase.Sqlite);
        await using var issuer = await TestIssuer.StartAsync(services: s =>
        {
            _ = way switch
            {
                "AddDbContext" => s.AddDbContext<AppDbContext>(database.Use),
                "AddDbContextPool" => s.AddDbContextPool<AppDbContext>(database.Use),
                "AddDbContextFactory" => s.AddDbContextFactory<AppDbContext>(database.Use),
                _ => s.AddPooledDbContextFactory<AppDbContext>(database.Use),
            };
            database.AddKeysTo(s);
            s.AddAgentTokenIssuer(static _ => { }).UseEntityFrameworkCore<AppDbContext>();
        });

        await AssertWorksAsync(issuer);
    }

    [Theory]
    [InlineData(AppDatabase.Sqlite)]
    [InlineData(AppDatabase.Postgres)]
    public async Task WithoutTheTablesTheAppDoesNotStartAndTheErrorSaysWhatToDo(string kind)
    {
        await using var database = await AppDatabase.CreateAsync(kind, withTables: false);

        var error = await Assert.ThrowsAsync<IssuerStateException>(() => TestIssuer.StartAsync(services: s => database.AddTo(s)));

        Assert.Contains("does not have the tables", error.Message);
        Assert.Contains("Add a migration (dotnet ef migrations add Agentdom)", error.Message);
        Assert.DoesNotContain(PostgresServer.Password, error.ToString());
    }

    [Theory]
    [InlineData(AppDatabase.Sqlite)]
    [InlineData(AppDatabase.Postgres)]
    public async Task WithoutAColumnTheAppDoesNotStartEither(string kind)
    {
        await using var database = await AppDatabase.CreateAsync(kind);
        await using (var context = database.Open())
            await context.Database.ExecuteSqlRawAsync("ALTER TABLE \"AgentdomAgents\" RENAME COLUMN \"SearchName\" TO \"Other\"");

        var error = await Assert.ThrowsAsync<IssuerStateException>(() => TestIssuer.StartAsync(services: s => database.AddTo(s)));

        Assert.Contains("Add a migration", error.Message);
    }

    [Fact]
    public async Task AModelWithoutTheTablesIsNamedAtTheStart()
    {
        await using var database = await AppDatabase.CreateAsync(AppDatabase.Sqlite);

        var error = await Assert.ThrowsAsync<IssuerStateException>(() => TestIssuer.StartAsync(services: s =>
        {
            s.AddDbContext<EmptyContext>(database.Use);
            database.AddKeysTo(s);
            s.AddAgentTokenIssuer(static _ => { }).UseEntityFrameworkCore<EmptyContext>();
        }));

        Assert.Contains("EmptyContext", error.Message);
        Assert.Contains("modelBuilder.UseAgentdom()", error.Message);
    }

    [Fact]
    public async Task AContextThatIsNotRegisteredIsNamedAtTheStart()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => TestIssuer.StartAsync(services: static s =>
            s.AddAgentTokenIssuer(static _ => { }).UseEntityFrameworkCore<EmptyContext>()));

        Assert.Contains("EmptyContext is not registered", error.Message);
    }

    [Theory]
    [InlineData(AppDatabase.Sqlite)]
    [InlineData(AppDatabase.Postgres)]
    public async Task AContextWithHabitsOfItsOwnWorks(string kind)
    {
        await using var database = await AppDatabase.CreateAsync(kind, withTables: false);
        await using (var context = new ParticularContext(database.Options<ParticularContext>()))
            await context.Database.EnsureCreatedAsync();
        await using var issuer = await TestIssuer.StartAsync(services: s =>
        {
            s.AddScoped(_ => new ParticularContext(database.Options<ParticularContext>()));
            database.AddKeysTo(s);
            s.AddAgentTokenIssuer(static _ => { }).UseEntityFrameworkCore<ParticularContext>();
        });

        await AssertWorksAsync(issuer);
        var time = new ManualTime();
        await using var state = new EfIssuerState(issuer.Service<IssuerDatabase>(), time);
        var until = time.GetUtcNow();
        await state.RevokeAsync("a token", until, default);
        for (var reading = 0; reading < 3; reading++)
        {
            time.Advance(330);
            await state.PruneAsync();
        }
        Assert.True(await state.IsRevokedAsync("another token", until, default));
        await using var after = new ParticularContext(database.Options<ParticularContext>());
        Assert.Single(await after.Set<RevocationRow>().ToListAsync(), row => row.Until > until.ToUnixTimeMilliseconds());
    }

    [Fact]
    public async Task ADatabaseThatIgnoresCaseDoesNotMixUpAgents()
    {
        await using var database = await AppDatabase.CreateAsync(AppDatabase.Sqlite, withTables: false);
        await using (var context = new IgnoringCaseContext(database.Options<IgnoringCaseContext>()))
            await context.Database.EnsureCreatedAsync();
        await using var issuer = await TestIssuer.StartAsync(services: s =>
        {
            s.AddScoped(_ => new IgnoringCaseContext(database.Options<IgnoringCaseContext>()));
            database.AddKeysTo(s);
            s.AddAgentTokenIssuer(static _ => { }).UseEntityFrameworkCore<IgnoringCaseContext>();
        });
        var store = issuer.Service<IAgentStore>();
        var secret = (await store.CreateAsync("Robot", s_settings))!.Secret;

        var body = TestIssuer.Signed(new(TestIssuer.Body()) { ["agent_id"] = "robot" }, secret);
        await Wire.AssertRefusedAsync(await issuer.RequestTokenAsync(body), 401, "invalid_signature");
        Assert.Null(await store.FindAsync("robot"));
        Assert.Null(await store.SetDisabledAsync("robot", true));
        Assert.False(await store.DeleteAsync("robot"));
        var error = await Assert.ThrowsAsync<ArgumentException>(() => store.CreateAsync("robot", s_settings));
        Assert.Contains("'Robot'", error.Message);
    }

    [Fact]
    public async Task AnotherStateCanBeUsedForWhatIsNotAnAgent()
    {
        await using var database = await AppDatabase.CreateAsync(AppDatabase.Sqlite);
        await using var issuer = await TestIssuer.StartAsync(
            services: s => database.AddTo(s).UseState(static _ => new InMemoryIssuerState()));

        await AssertWorksAsync(issuer);
        Assert.IsType<InMemoryIssuerState>(issuer.Service<IIssuerState>());
        await using var context = database.Open();
        Assert.Empty(await context.Set<SignatureRow>().ToListAsync());
    }

    [Fact]
    public async Task AgentsThatAreNotInTheDatabaseAreRefusedUnlessTheAppAllowsThem()
    {
        await using var database = await AppDatabase.CreateAsync(AppDatabase.Sqlite);
        await using (var issuer = await TestIssuer.StartAsync(services: s => database.AddTo(s)))
            await Wire.AssertRefusedAsync(await issuer.RequestTokenAsync(TestIssuer.Signed(TestIssuer.Body())), 401, "invalid_signature");

        await using var open = await TestIssuer.StartAsync(static o => o.AllowUnregisteredAgents = true, s => database.AddTo(s));
        Assert.True(await Wire.IsValidAsync(open, await open.TokenAsync()));
    }

    /// <summary>An agent gets a token, which can be revoked, and its request cannot be repeated.</summary>
    private static async Task AssertWorksAsync(TestIssuer issuer)
    {
        var store = issuer.Service<IAgentStore>();
        var secret = (await store.CreateAsync("a", s_settings))!.Secret;
        await store.ChangeAsync("a", static old => old with { DisplayName = "A", RequestsPerMinute = 10 });
        Assert.Equal("A", Assert.Single((await store.ListAsync(new AgentQuery { Name = "a" })).Agents).Settings.DisplayName);

        var body = TestIssuer.Signed(new(TestIssuer.Body()) { ["agent_id"] = "a" }, secret);
        using var granted = await issuer.RequestTokenAsync(body);
        var token = (await TestIssuer.ReadAsync(granted)).Text("token")!;
        Assert.Equal(200, (int)(await issuer.GetDataAsync(token)).StatusCode);
        await Wire.AssertRefusedAsync(await issuer.RequestTokenAsync(body), 401, "replayed_request");
        await issuer.PostAsync("/v1/agent-tokens/revoke", $$"""{"token":"{{token}}"}""");
        await Wire.AssertNotValidAsync(issuer, token);
        Assert.True(await store.DeleteAsync("a"));
    }

    private sealed class EmptyContext(DbContextOptions<EmptyContext> options) : DbContext(options);

    private sealed class IgnoringCaseContext(DbContextOptions<IgnoringCaseContext> options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder)
        {
            modelBuilder.UseAgentdom();
            modelBuilder.Entity<AgentRow>().Property(static agent => agent.AgentId).UseCollation("NOCASE");
        }
    }

    /// <summary>A context that tracks nothing, limits texts, and names tables and columns in its own way.</summary>
    private sealed class ParticularContext : DbContext
    {
        public ParticularContext(DbContextOptions<ParticularContext> options) : base(options)
        {
            ChangeTracker.QueryTrackingBehavior = QueryTrackingBehavior.NoTracking;
            ChangeTracker.AutoDetectChangesEnabled = false;
        }

        protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
            configurationBuilder.Properties<string>().HaveMaxLength(100);

        protected override void OnModelCreating(ModelBuilder modelBuilder)
        {
            modelBuilder.HasDefaultSchema("app's \"own\"");
            modelBuilder.UseAgentdom();
            foreach (var entity in modelBuilder.Model.GetEntityTypes())
            {
                entity.SetTableName("select " + entity.GetTableName());
                foreach (var property in entity.GetProperties()) property.SetColumnName("from " + property.Name);
            }
        }
    }
}
