using Agentdom.AspNetCore;
using Agentdom.AspNetCore.Sqlite;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Stores the issuer's state in SQLite.</summary>
public static class SqliteStateExtensions
{
    /// <summary>
    /// Stores the issuer's state in an SQLite file, so that revoked tokens stay revoked and used requests cannot be replayed after
    /// the app or the machine fails. For a single node; use Redis for several.
    /// </summary>
    /// <param name="tokens">The issuer.</param>
    /// <param name="path">
    /// The file, on a local disk, in a folder that exists, or a connection string that names it, such as <c>Data Source=app.db</c>.
    /// The file is created if it is missing.
    /// </param>
    /// <exception cref="ArgumentException">The connection string names no file, or has other keywords.</exception>
    public static AgentTokenIssuerBuilder UseSqlite(this AgentTokenIssuerBuilder tokens, string path)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var file = SqlitePath.Of(path);
        return tokens.UseState(provider => new SqliteIssuerState(file, provider.GetRequiredService<TimeProvider>()));
    }
}
