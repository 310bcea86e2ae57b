using Microsoft.Data.Sqlite;

namespace Agentdom.AspNetCore.Sqlite;

/// <summary>The connection that writes, with its statements, prepared once.</summary>
internal sealed class SqliteStatements : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _begin;
    private readonly SqliteCommand _commit;
    private readonly SqliteCommand _forgotten;
    private readonly SqliteCommand _signatures;
    private readonly SqliteCommand _append;
    private readonly SqliteCommand _revoke;
    private readonly SqliteCommand _addSet;
    private readonly SqliteCommand _changeSet;
    private readonly SqliteCommand _removeSet;
    private readonly SqlitePruner _pruner;

    internal SqliteStatements(SqliteConnection connection)
    {
        _connection = connection;
        // Immediate, so that no other process can write between this transaction's reads and its commit.
        _begin = Prepare("BEGIN IMMEDIATE");
        _commit = Prepare("COMMIT");
        _forgotten = Prepare("SELECT Until FROM Forgotten WHERE Source = 'Signatures'");
        _signatures = Prepare("SELECT Seq, Entries FROM SignatureBatches WHERE Seq >= $seq ORDER BY Seq", "$seq");
        _append = Prepare("INSERT INTO SignatureBatches VALUES ($seq, $until, $entries)", "$seq", "$until", "$entries");
        _revoke = Prepare("INSERT INTO Revocations VALUES ($until, $id) ON CONFLICT DO NOTHING", "$until", "$id");
        _addSet = Prepare(
            "INSERT INTO ManagedTokens (Version, Until, Content, Agent) VALUES ($version, $until, $content, $agent) ON CONFLICT DO NOTHING",
            "$version", "$until", "$content", "$agent");
        _changeSet = Prepare(
            "UPDATE ManagedTokens SET Version = $version, Until = $until, Content = $content WHERE Agent = $agent AND Version = $old",
            "$version", "$until", "$content", "$agent", "$old");
        _removeSet = Prepare("DELETE FROM ManagedTokens WHERE Agent = $agent AND Version = $old", "$agent", "$old");
        _pruner = new SqlitePruner(connection);
    }

    internal void Begin() => _begin.ExecuteNonQuery();

    /// <summary>Removes some of what has expired.</summary>
    internal void Prune(long expiredBefore, int most) => _pruner.Prune(expiredBefore, most);

    internal void Commit() => _commit.ExecuteNonQuery();

    /// <summary>The latest expiry of all signatures that were deleted.</summary>
    internal long ForgottenSignatures() => (long)_forgotten.ExecuteScalar()!;

    /// <summary>The used signatures, from the row with this number on, in the order in which they were appended.</summary>
    internal IEnumerable<SqliteSignatureBatch> SignaturesFrom(long seq)
    {
        _signatures.Parameters[0].Value = seq;
        using var row = _signatures.ExecuteReader();
        while (row.Read()) yield return new SqliteSignatureBatch(row.GetInt64(0), row.GetFieldValue<byte[]>(1));
    }

    /// <param name="batch">The row.</param>
    /// <param name="until">The latest expiry of its signatures.</param>
    internal void Append(SqliteSignatureBatch batch, long until) => SqliteFile.Execute(_append, batch.Seq, until, batch.Entries);

    internal void Revoke(SqliteKey key) => SqliteFile.Execute(_revoke, key.Until, key.Id);

    /// <returns>Whether the set had the version.</returns>
    internal bool Replace(byte[] agent, Guid? version, ManagedTokenSet? replacement) => (version, replacement) switch
    {
        ({ } old, null) => SqliteFile.Execute(_removeSet, agent, old.ToByteArray()) == 1,
        ({ } old, { } set) => SqliteFile.Execute(
            _changeSet, set.Version.ToByteArray(), set.Until.ToUnixTimeMilliseconds(), set.Content, agent, old.ToByteArray()) == 1,
        (null, { } set) => SqliteFile.Execute(
            _addSet, set.Version.ToByteArray(), set.Until.ToUnixTimeMilliseconds(), set.Content, agent) == 1,
        _ => true,
    };

    public void Dispose() => _connection.Dispose();

    private SqliteCommand Prepare(string sql, params string[] parameters) => SqliteFile.Command(_connection, sql, parameters);
}
