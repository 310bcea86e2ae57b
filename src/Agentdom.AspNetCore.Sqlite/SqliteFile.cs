using Microsoft.Data.Sqlite;

namespace Agentdom.AspNetCore.Sqlite;

/// <summary>Creates and opens the database file and translates its errors.</summary>
internal sealed class SqliteFile
{
    private const int LockedMilliseconds = 2000;

    // After SQLite's own wait the library retries for this long, in seconds. 0 means forever.
    private const int CommandSeconds = 1;

    // All writes wait while the write-ahead log is copied into the file. SQLite's default is 1,000.
    private const int LogPages = 8000;

    private readonly string _path;
    private readonly string _connectionString;

    internal SqliteFile(string path)
    {
        // A full path is never one of SQLite's special names, such as :memory:.
        _path = Path.GetFullPath(path);
        // Not ReadWriteCreate: a deleted file must not be replaced by an empty one unnoticed.
        _connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = _path, Mode = SqliteOpenMode.ReadWrite, Pooling = false, DefaultTimeout = CommandSeconds,
        }.ToString();
    }

    /// <summary>Creates the file and its tables if they are missing.</summary>
    internal void Create()
    {
        var folder = Path.GetDirectoryName(_path);
        if (!Directory.Exists(folder)) throw Failed($"cannot be created: there is no folder '{folder}'");
        CreateEmpty();
        using var connection = Open();
        if (!SqliteSchema.TryCreate(connection)) throw Failed("belongs to another program or a later version; use another file");
    }

    /// <summary>Opens a connection, for one thread at a time.</summary>
    internal SqliteConnection Open()
    {
        // SQLite keeps using a deleted file, and everything written to it is lost when it is closed.
        if (!File.Exists(_path)) throw Failed("is gone; restore it, or restart the app with an empty one");
        var connection = new SqliteConnection(_connectionString);
        try
        {
            connection.Open();
            Execute(connection, $"PRAGMA busy_timeout = {LockedMilliseconds}");
            // With WAL, readers and the writer do not block each other.
            if (Text(connection, "PRAGMA journal_mode = WAL") != "wal") throw Failed("is not on a local disk, or not writable");
            // A commit returns only after the data is on the disk. macOS needs fullfsync for that.
            Execute(connection, "PRAGMA synchronous = FULL; PRAGMA fullfsync = ON");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Opens a connection that writes, for one thread at a time.</summary>
    internal SqliteConnection OpenToWrite()
    {
        var connection = Open();
        try
        {
            Execute(connection, $"PRAGMA wal_autocheckpoint = {LogPages}");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Whether the file still exists.</summary>
    internal bool Exists => File.Exists(_path);

    internal IssuerStateException Failed(string what, Exception? cause = null) =>
        new($"The issuer's state file '{_path}' {what}.", cause);

    internal IssuerStateException Failed(Exception cause) => cause as IssuerStateException ?? Failed(Meaning(cause), cause);

    // https://sqlite.org/rescode.html
    private static string Meaning(Exception cause) => cause switch
    {
        SqliteException { SqliteErrorCode: 5 or 6 } => "is locked by another program",
        SqliteException { SqliteErrorCode: 8 } => "is read-only",
        SqliteException { SqliteErrorCode: 11 or 26 } or InvalidDataException =>
            "is damaged or not an SQLite database; restore it or use another file",
        SqliteException { SqliteErrorCode: 13 } => "cannot grow: the disk is full",
        SqliteException { SqliteErrorCode: 14 } or UnauthorizedAccessException =>
            "cannot be opened; this account needs read and write access to it and its folder",
        _ => $"failed ({cause.Message.TrimEnd('.')})",
    };

    private void CreateEmpty()
    {
        // An existing file is not opened here: closing it would release SQLite's locks on it in this process.
        if (File.Exists(_path)) return;
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        // SQLite creates its WAL files with the same permissions.
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            new FileStream(_path, options).Dispose();
        }
        catch (IOException) when (File.Exists(_path))
        {
            // Another process has created it meanwhile.
        }
    }

    internal static void Execute(SqliteConnection connection, string sql)
    {
        using var command = Command(connection, sql);
        command.ExecuteNonQuery();
    }

    internal static long Number(SqliteConnection connection, string sql)
    {
        using var command = Command(connection, sql);
        return (long)command.ExecuteScalar()!;
    }

    private static string? Text(SqliteConnection connection, string sql)
    {
        using var command = Command(connection, sql);
        return command.ExecuteScalar() as string;
    }

    /// <summary>A command with constant SQL. Values must be parameters.</summary>
    internal static SqliteCommand Command(SqliteConnection connection, string sql, params ReadOnlySpan<string> parameters)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // All SQL is constant; values are parameters.
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var name in parameters) command.Parameters.Add(new SqliteParameter { ParameterName = name });
        return command;
    }

    /// <returns>How many rows were changed.</returns>
    internal static int Execute(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        Set(command, values);
        return command.ExecuteNonQuery();
    }

    internal static void Set(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i];
    }
}
