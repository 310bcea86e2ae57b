using Microsoft.Data.Sqlite;

namespace Agentdom.AspNetCore.Sqlite;

/// <summary>How the file is made and opened, what is in it, and what its failures mean.</summary>
internal sealed class SqliteFile
{
    private const int Version = 1;
    private const int LockedMilliseconds = 2000;

    // The library tries again after SQLite has waited, for as long as this (seconds, and 0 means for ever).
    private const int CommandSeconds = 1;

    private readonly string _path;
    private readonly string _connectionString;

    internal SqliteFile(string path)
    {
        // The full path is never one of the names to which SQLite gives a meaning, such as :memory:.
        _path = Path.GetFullPath(path);
        // Never ReadWriteCreate: a file that is gone must not come back empty behind the issuer's back.
        _connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = _path, Mode = SqliteOpenMode.ReadWrite, Pooling = false, DefaultTimeout = CommandSeconds,
        }.ToString();
    }

    /// <summary>Makes the file and its tables where they are missing.</summary>
    internal void Create()
    {
        var folder = Path.GetDirectoryName(_path);
        if (!Directory.Exists(folder)) throw Failed($"cannot be made: there is no folder '{folder}'");
        CreateEmpty();
        using var connection = Open();
        Execute(connection, "BEGIN IMMEDIATE");
        switch (Number(connection, "PRAGMA user_version"))
        {
            case Version:
                break;
            case 0 when Number(connection, "SELECT count(*) FROM sqlite_schema") == 0:
                foreach (var table in Enum.GetNames<SqliteTable>())
                    Execute(connection, $"CREATE TABLE {table} (Until INTEGER, Id BLOB, PRIMARY KEY (Until, Id)) WITHOUT ROWID");
                Execute(connection, $"PRAGMA user_version = {Version}");
                break;
            default:
                throw Failed("belongs to another program or a later version; name another file");
        }
        Execute(connection, "COMMIT");
    }

    /// <summary>Opens the file for one thread at a time.</summary>
    internal SqliteConnection Open()
    {
        // SQLite goes on with a file that was deleted, and all that is written then is lost when it is closed.
        if (!File.Exists(_path)) throw Failed("is gone; put it back, or start the app anew with an empty one");
        var connection = new SqliteConnection(_connectionString);
        try
        {
            connection.Open();
            Execute(connection, $"PRAGMA busy_timeout = {LockedMilliseconds}");
            // So that readers and the writer do not wait for each other.
            if (Text(connection, "PRAGMA journal_mode = WAL") != "wal") throw Failed("is not on a local disk, or not writable");
            // A commit is over when it is on the disk; macOS needs to be asked twice.
            Execute(connection, "PRAGMA synchronous = FULL; PRAGMA fullfsync = ON");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Whether the path still leads to a file.</summary>
    internal bool Exists => File.Exists(_path);

    internal IssuerStateException Failed(string what, Exception? cause = null) =>
        new($"The issuer's state file '{_path}' {what}.", cause);

    internal IssuerStateException Failed(Exception cause) => cause as IssuerStateException ?? Failed(Meaning(cause), cause);

    // https://sqlite.org/rescode.html
    private static string Meaning(Exception cause) => cause switch
    {
        SqliteException { SqliteErrorCode: 5 or 6 } => "is locked by another program",
        SqliteException { SqliteErrorCode: 8 } => "is read-only",
        SqliteException { SqliteErrorCode: 11 or 26 } => "is damaged or no SQLite database; restore it or name another file",
        SqliteException { SqliteErrorCode: 13 } => "cannot grow: the disk is full",
        SqliteException { SqliteErrorCode: 14 } or UnauthorizedAccessException =>
            "cannot be opened; this account needs to read and write it and its folder",
        _ => $"failed ({cause.Message.TrimEnd('.')})",
    };

    private void CreateEmpty()
    {
        // Closing a file that SQLite has open elsewhere in this process would end its locks, so one that is there is left alone.
        if (File.Exists(_path)) return;
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        // SQLite gives the files beside it the same rights.
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            new FileStream(_path, options).Dispose();
        }
        catch (IOException) when (File.Exists(_path))
        {
            // Another process was faster.
        }
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = Command(connection, sql);
        command.ExecuteNonQuery();
    }

    private static long Number(SqliteConnection connection, string sql)
    {
        using var command = Command(connection, sql);
        return (long)command.ExecuteScalar()!;
    }

    private static string? Text(SqliteConnection connection, string sql)
    {
        using var command = Command(connection, sql);
        return command.ExecuteScalar() as string;
    }

    /// <summary>A command whose text holds nothing from outside.</summary>
    internal static SqliteCommand Command(SqliteConnection connection, string sql)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // All texts are this project's own; values are parameters.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command;
    }
}
