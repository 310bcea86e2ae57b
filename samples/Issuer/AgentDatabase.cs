using System.Data.Common;
using Agentdom.AspNetCore;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;

/// <summary>The database with the registered agents and the issuer's state.</summary>
internal sealed class AgentDatabase(DbContextOptions<AgentDatabase> options) : DbContext(options)
{
#if SQLITE
    internal static void UseSqlite(AgentTokenIssuerBuilder tokens, string path, string? keys)
    {
        var connection = new Microsoft.Data.Sqlite.SqliteConnectionStringBuilder { DataSource = path }.ToString();
        Use(tokens, options => options.UseSqlite(connection), keys ?? path + ".keys");
    }
#endif

#if POSTGRES
    /// <exception cref="SettingException">It is not a connection string.</exception>
    internal static void UsePostgres(AgentTokenIssuerBuilder tokens, string connection, string? keys)
    {
        try
        {
            _ = new Npgsql.NpgsqlConnectionStringBuilder(connection);
        }
        catch (ArgumentException)
        {
            // Its message may repeat a part of the password.
            throw new SettingException(
                "ATP_STATE: what follows 'postgres:' is not a connection string, such as Host=db;Database=atp;Username=atp;Password=….");
        }
        Use(tokens, options => options.UseNpgsql(connection), keys);
    }
#endif

    /// <summary>Creates the tables if the database is empty. An app of its own would have migrations.</summary>
    /// <exception cref="SettingException">The database is unavailable.</exception>
    internal static async Task CreateTablesAsync(IServiceProvider services)
    {
        for (var attempt = 1; ; attempt++)
        {
            await using var scope = services.CreateAsyncScope();
            try
            {
                await scope.ServiceProvider.GetRequiredService<AgentDatabase>().Database.EnsureCreatedAsync();
                return;
            }
            // Another node may be creating them.
            catch (Exception e) when (FailureOf(e) is not null && attempt < 3)
            {
                await Task.Delay(TimeSpan.FromSeconds(1));
            }
            catch (Exception e) when (FailureOf(e) is { } failure)
            {
                throw new SettingException($"ATP_STATE: the database cannot be used. {failure.Message}");
            }
        }
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.UseAgentdom();

    // If it may pass, Npgsql's is inside another exception.
    private static DbException? FailureOf(Exception e) => e as DbException ?? e.InnerException as DbException;

    private static void Use(AgentTokenIssuerBuilder tokens, Action<DbContextOptionsBuilder> provider, string? keys)
    {
        tokens.Services.AddDbContextPool<AgentDatabase>(provider);
        tokens.UseEntityFrameworkCore<AgentDatabase>();
        var protection = tokens.Services.AddDataProtection().SetApplicationName("Agentdom.Samples.Issuer");
        if (keys is { Length: > 0 }) protection.PersistKeysToFileSystem(new DirectoryInfo(keys));
    }
}
