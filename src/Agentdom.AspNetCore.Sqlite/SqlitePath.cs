using System.Data.Common;

namespace Agentdom.AspNetCore.Sqlite;

/// <summary>Reads the file from what an app gives: a path, or a connection string such as <c>Data Source=app.db</c>.</summary>
internal static class SqlitePath
{
    private const string DataSource = "Data Source";

    // Microsoft.Data.Sqlite's names of it.
    private static readonly string[] s_sources = [DataSource, "DataSource", "Filename"];

    /// <returns>A path.</returns>
    /// <exception cref="ArgumentException">It is a connection string that cannot be used. Its values are not repeated.</exception>
    internal static string Of(string pathOrConnection)
    {
        if (Keywords(pathOrConnection) is not { } keywords) return pathOrConnection;
        var others = keywords.Keys!.Cast<string>().Where(static key => !IsSource(key)).Order(StringComparer.Ordinal).ToList();
        if (others.Count > 0)
        {
            throw new ArgumentException(
                $"The SQLite connection string has keywords that the issuer's state does not support: {string.Join(", ", others)}. "
                + $"Write only {DataSource}, or the path of the file.");
        }
        // Empty also if the connection string names two files.
        var path = keywords.Count == 1 ? keywords.Values!.Cast<string>().Single() : "";
        if (path is "" or ":memory:" || path.StartsWith("file:", StringComparison.OrdinalIgnoreCase))
        {
            throw new ArgumentException(
                $"{DataSource} of the SQLite connection string must be the path of a file. Without UseSqlite the state is in memory.");
        }
        return path;
    }

    // Null if it is no connection string. The path of a file may contain '=' too.
    private static DbConnectionStringBuilder? Keywords(string text)
    {
        if (!text.Contains('=')) return null;
        try
        {
            var keywords = new DbConnectionStringBuilder { ConnectionString = text };
            return keywords.Keys!.Cast<string>().Any(IsSource) ? keywords : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static bool IsSource(string keyword) => s_sources.Contains(keyword, StringComparer.OrdinalIgnoreCase);
}
