using Microsoft.Data.Sqlite;

namespace Agentdom.AspNetCore.Sqlite;

/// <summary>The tables of the file.</summary>
internal static class SqliteSchema
{
    private const int Version = 4;

    /// <summary>Creates the tables in an empty file, or changes those of an earlier version.</summary>
    /// <returns>False if the file belongs to another program or a later version.</returns>
    internal static bool TryCreate(SqliteConnection connection)
    {
        SqliteFile.Execute(connection, "BEGIN IMMEDIATE");
        var version = SqliteFile.Number(connection, "PRAGMA user_version");
        if (version is < 0 or > Version) return false;
        if (version == 0 && SqliteFile.Number(connection, "SELECT count(*) FROM sqlite_schema") > 0) return false;
        if (version == 0)
            SqliteFile.Execute(connection, "CREATE TABLE Revocations (Until INTEGER, Id BLOB, PRIMARY KEY (Until, Id)) WITHOUT ROWID");
        if (version < 2) CreateForgotten(connection);
        if (version < 3) CreateManagedTokens(connection);
        if (version < 4) CreateSignatureBatches(connection);
        if (version is > 0 and < 4) MoveSignatures(connection);
        SqliteFile.Execute(connection, $"PRAGMA user_version = {Version}");
        SqliteFile.Execute(connection, "COMMIT");
        return true;
    }

    /// <summary>The table of version 2: the latest expiry of all rows that were deleted.</summary>
    private static void CreateForgotten(SqliteConnection connection)
    {
        SqliteFile.Execute(connection, "CREATE TABLE Forgotten (Source TEXT PRIMARY KEY, Until INTEGER NOT NULL) WITHOUT ROWID");
        SqliteFile.Execute(connection, "INSERT INTO Forgotten VALUES ('Signatures', 0), ('Revocations', 0)");
    }

    /// <summary>The table of version 3: the sets of managed tokens, each with 16 bytes of the hash of the agent's id.</summary>
    private static void CreateManagedTokens(SqliteConnection connection)
    {
        SqliteFile.Execute(
            connection, "CREATE TABLE ManagedTokens (Agent BLOB PRIMARY KEY, Version BLOB NOT NULL, Until INTEGER NOT NULL, "
            + "Content TEXT NOT NULL) WITHOUT ROWID");
        SqliteFile.Execute(connection, "CREATE INDEX ManagedTokensByUntil ON ManagedTokens (Until)");
    }

    /// <summary>The table of version 4: used signatures, with the latest expiry of each row.</summary>
    private static void CreateSignatureBatches(SqliteConnection connection)
    {
        SqliteFile.Execute(
            connection, "CREATE TABLE SignatureBatches (Seq INTEGER PRIMARY KEY, Until INTEGER NOT NULL, Entries BLOB NOT NULL)");
        SqliteFile.Execute(connection, "CREATE INDEX SignatureBatchesByUntil ON SignatureBatches (Until)");
    }

    // Earlier versions had a row for each signature. An app of an earlier version that still runs on the file then fails, which is
    // safe: it would not see the signatures that this one accepts.
    private static void MoveSignatures(SqliteConnection connection)
    {
        SqliteFile.Execute(
            connection, "INSERT INTO SignatureBatches (Until, Entries) "
            + "SELECT Until, unhex(printf('%016x', Until) || hex(Id)) FROM Signatures");
        SqliteFile.Execute(connection, "DROP TABLE Signatures");
    }
}
