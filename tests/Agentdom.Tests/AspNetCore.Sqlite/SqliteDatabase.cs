using Microsoft.Data.Sqlite;

namespace Agentdom.Tests.AspNetCoreSqlite;

/// <summary>A database file as other programs see it.</summary>
internal static class SqliteDatabase
{
    internal static SqliteConnection Connect(string path, SqliteOpenMode mode = SqliteOpenMode.ReadWrite)
    {
        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    internal static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    internal static void Run(string path, string sql)
    {
        using var connection = Connect(path);
        Run(connection, sql);
    }

    internal static long Rows(string path, string table)
    {
        using var connection = Connect(path);
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT count(*) FROM {table}";
        return (long)command.ExecuteScalar()!;
    }

    /// <summary>Copies a database over another one, as SQLite's own tools do, also if it is open.</summary>
    internal static void Copy(string from, string to)
    {
        using var source = Connect(from);
        using var destination = Connect(to, SqliteOpenMode.ReadWriteCreate);
        source.BackupDatabase(destination);
    }
}
