using System.Text;
using Agentdom.AspNetCore;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Agentdom.Tests.Support;

/// <summary>A real database of an app's own, with the issuer's tables: an SQLite file, or a database of a PostgreSQL.</summary>
internal sealed class AppDatabase : IAsyncDisposable
{
    internal const string Sqlite = "sqlite", Postgres = "postgres";

    private readonly string _folder = TestPaths.NewFolder();
    private readonly PostgresServer? _server;
    private readonly string _name;

    private AppDatabase(PostgresServer? server, string? name) => (_server, _name) = (server, name ?? Path.Combine(_folder, "app.db"));

    internal string ConnectionString => _server?.ConnectionString(_name) ?? $"Data Source={_name}";

    /// <summary>The folder of the Data Protection keys.</summary>
    internal string Keys => Path.Combine(_folder, "keys");

    internal static async Task<AppDatabase> CreateAsync(string kind, PostgresServer? server = null, bool withTables = true)
    {
        if (kind == Postgres) server ??= await PostgresServer.SharedAsync();
        var database = new AppDatabase(server, server is null ? null : await server.NewDatabaseAsync());
        if (!withTables) return database;
        await using var context = database.Open();
        await context.Database.EnsureCreatedAsync();
        return database;
    }

    internal AppDbContext Open() => new(Options<AppDbContext>());

    internal DbContextOptions<TContext> Options<TContext>() where TContext : DbContext
    {
        var options = new DbContextOptionsBuilder<TContext>();
        Use(options);
        return options.Options;
    }

    internal void Use(DbContextOptionsBuilder options)
    {
        if (_server is null) options.UseSqlite(ConnectionString);
        // As many apps do.
        else options.UseNpgsql(ConnectionString, static npgsql => npgsql.EnableRetryOnFailure());
    }

    internal void AddKeysTo(IServiceCollection services) =>
        services.AddDataProtection().PersistKeysToFileSystem(Directory.CreateDirectory(Keys)).SetApplicationName("tests");

    /// <summary>Registers the context, the keys and an issuer that uses both.</summary>
    internal AgentTokenIssuerBuilder AddTo(IServiceCollection services)
    {
        AddKeysTo(services);
        services.AddDbContextPool<AppDbContext>(Use);
        return services.AddAgentTokenIssuer(static _ => { }).UseEntityFrameworkCore<AppDbContext>();
    }

    /// <summary>The services of an app on this database.</summary>
    internal ServiceProvider Services(Action<IServiceCollection>? more = null)
    {
        var services = new ServiceCollection().AddLogging();
        more?.Invoke(services);
        AddTo(services);
        return services.BuildServiceProvider();
    }

    /// <summary>Everything that is stored, as text.</summary>
    internal async Task<string> RawAsync()
    {
        if (_server is not null) return await _server.DumpAsync(_name);
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        var files = Directory.GetFiles(_folder, "app.db*").Select(static file => File.ReadAllBytes(file));
        return string.Concat(files.Select(static bytes => Encoding.Latin1.GetString(bytes)));
    }

    public ValueTask DisposeAsync()
    {
        if (_server is null) Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        else NpgsqlConnection.ClearPool(new NpgsqlConnection(ConnectionString));
        Directory.Delete(_folder, recursive: true);
        return default;
    }
}
