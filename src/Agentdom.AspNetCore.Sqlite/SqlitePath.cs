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
        // The path of a file may contain '=' too.
        if (!Array.Exists(pathOrConnection.Split(';'), static part => part.Split('=') is [var key, _, ..] && IsSource(key.Trim())))
            return pathOrConnection;
        var keywords = new DbConnectionStringBuilder { ConnectionString = pathOrConnection };
        var others = keywords.Keys!.Cast<string>().Where(static key => !IsSource(key)).Order(StringComparer.Ordinal).ToList();
        if (others.Count > 0)
        {
            throw new ArgumentException(
                $"The SQLite connection string has keywords that the issuer's state does not support: {string.Join(", ", others)}. "
                + $"Write only {DataSource}, or the path of the file.");
        }
        // It may also name none, or two in different words.
        var path = keywords.Count == 1 ? keywords.Values!.Cast<string>().Single() : "";
        if (path is "" or ":memory:" || path.StartsWith("file:", StringComparison.OrdinalIgnoreCase))
        {
            throw new ArgumentException(
                $"{DataSource} of the SQLite connection string must be the path of a file. Without UseSqlite the state is in memory.");
        }
        return path;
    }

    private static bool IsSource(string keyword) => s_sources.Contains(keyword, StringComparer.OrdinalIgnoreCase);
}
