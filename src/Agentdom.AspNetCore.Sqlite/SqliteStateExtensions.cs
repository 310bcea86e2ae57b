using Agentdom.AspNetCore;
using Agentdom.AspNetCore.Sqlite;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Chooses SQLite for what the issuer remembers.</summary>
public static class SqliteStateExtensions
{
    /// <summary>
    /// Keeps what the issuer remembers in an SQLite file, so that a revoked token stays revoked and a used request stays
    /// used when the app or the machine fails. For one node; use Redis for several.
    /// </summary>
    /// <param name="tokens">The issuer.</param>
    /// <param name="path">The file, on a local disk, in a folder that exists; made where it is missing.</param>
    public static AgentTokenIssuerBuilder UseSqlite(this AgentTokenIssuerBuilder tokens, string path)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return tokens.UseState(provider => new SqliteIssuerState(path, provider.GetRequiredService<TimeProvider>()));
    }
}
