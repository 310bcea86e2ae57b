using Microsoft.Data.Sqlite;

namespace Agentdom.AspNetCore.Sqlite;

/// <summary>Deletes expired rows in small steps, and stores up to which expiry rows were deleted.</summary>
internal sealed class SqlitePruner(SqliteConnection connection)
{
    private readonly Table[] _tables =
    [
        new(connection, "SignatureBatches", "Signatures"),
        new(connection, "Revocations", "Revocations"),
        // As revocations. Otherwise their tokens could be valid again, and nothing would name them.
        new(connection, "ManagedTokens", "Revocations"),
    ];

    private long _done = long.MinValue;

    /// <summary>Makes a step, inside a transaction.</summary>
    /// <param name="expiredBefore">What expired before this moment may be deleted (milliseconds since 1970, UTC).</param>
    /// <param name="most">About how many rows of a table are deleted.</param>
    internal void Prune(long expiredBefore, int most)
    {
        if (expiredBefore == _done) return;
        var isDone = true;
        foreach (var table in _tables) isDone &= !table.Prune(expiredBefore, most);
        if (isDone) _done = expiredBefore;
    }

    private sealed class Table(SqliteConnection connection, string name, string source)
    {
        private readonly SqliteCommand _expired = SqliteFile.Command(
            connection, $"SELECT max(Until) FROM (SELECT Until FROM {name} WHERE Until < $until ORDER BY Until LIMIT $most)",
            "$until", "$most");
        private readonly SqliteCommand _forget = SqliteFile.Command(
            connection, $"UPDATE Forgotten SET Until = max(Until, $until) WHERE Source = '{source}'", "$until");
        private readonly SqliteCommand _delete = SqliteFile.Command(connection, $"DELETE FROM {name} WHERE Until <= $until", "$until");

        /// <returns>Whether rows were deleted.</returns>
        internal bool Prune(long expiredBefore, int most)
        {
            SqliteFile.Set(_expired, expiredBefore, most);
            if (_expired.ExecuteScalar() is not long last) return false;
            // In one transaction with the deletion, so that no row is missing without a trace.
            SqliteFile.Execute(_forget, last);
            SqliteFile.Execute(_delete, last);
            return true;
        }
    }
}
