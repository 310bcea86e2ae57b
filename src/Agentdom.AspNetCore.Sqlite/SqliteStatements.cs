using Microsoft.Data.Sqlite;

namespace Agentdom.AspNetCore.Sqlite;

/// <summary>The connection that writes, with its statements, prepared once.</summary>
internal sealed class SqliteStatements : IDisposable
{
    private static readonly int s_tables = Enum.GetValues<SqliteTable>().Length;

    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _begin;
    private readonly SqliteCommand _commit;
    private readonly SqliteCommand[] _forgotten;
    private readonly SqliteCommand[] _inserts;
    private readonly SqliteCommand[] _expired;
    private readonly SqliteCommand[] _forgets;
    private readonly SqliteCommand[] _prunes;
    private readonly SqliteCommand _expiredSets;
    private readonly SqliteCommand _pruneSets;
    private readonly SqliteCommand _addSet;
    private readonly SqliteCommand _changeSet;
    private readonly SqliteCommand _removeSet;
    private long?[] _forgottenUntil = [];

    internal SqliteStatements(SqliteConnection connection)
    {
        _connection = connection;
        // Immediate, so that no other process can write between this transaction's reads and its commit.
        _begin = SqliteFile.Command(connection, "BEGIN IMMEDIATE");
        _commit = SqliteFile.Command(connection, "COMMIT");
        _forgotten = ForEachTable(table => $"SELECT Until FROM Forgotten WHERE Source = '{table}'");
        _inserts = ForEachTable(table => $"INSERT INTO {table} VALUES ($until, $id) ON CONFLICT DO NOTHING", "$until", "$id");
        _expired = ForEachTable(
            table => $"SELECT max(Until) FROM (SELECT Until FROM {table} WHERE Until < $until ORDER BY Until LIMIT $most)",
            "$until", "$most");
        _forgets = ForEachTable(
            table => $"UPDATE Forgotten SET Until = max(Until, $until) WHERE Source = '{table}'", "$until");
        _prunes = ForEachTable(table => $"DELETE FROM {table} WHERE Until <= $until", "$until");
        _expiredSets = Prepare(
            "SELECT max(Until) FROM (SELECT Until FROM ManagedTokens WHERE Until < $until ORDER BY Until LIMIT $most)", "$until", "$most");
        _pruneSets = Prepare("DELETE FROM ManagedTokens WHERE Until <= $until", "$until");
        _addSet = Prepare(
            "INSERT INTO ManagedTokens (Version, Until, Content, Agent) VALUES ($version, $until, $content, $agent) ON CONFLICT DO NOTHING",
            "$version", "$until", "$content", "$agent");
        _changeSet = Prepare(
            "UPDATE ManagedTokens SET Version = $version, Until = $until, Content = $content WHERE Agent = $agent AND Version = $old",
            "$version", "$until", "$content", "$agent", "$old");
        _removeSet = Prepare("DELETE FROM ManagedTokens WHERE Agent = $agent AND Version = $old", "$agent", "$old");
    }

    /// <summary>Writes a batch in one transaction, and removes what has expired.</summary>
    internal void Run(IEnumerable<SqliteWrite> batch, long expiredBefore, int mostPruned)
    {
        _begin.ExecuteNonQuery();
        _forgottenUntil = Array.ConvertAll(_forgotten, static command => Number(command));
        foreach (var write in batch) write.Run(this);
        for (var table = 0; table < s_tables; table++) Prune(_expired[table], _forgets[table], _prunes[table], expiredBefore, mostPruned);
        // Otherwise their tokens could be valid again, and nothing would name them.
        Prune(_expiredSets, _forgets[(int)SqliteTable.Revocations], _pruneSets, expiredBefore, mostPruned);
        _commit.ExecuteNonQuery();
    }

    /// <summary>The latest expiry of all rows that were deleted before this transaction.</summary>
    internal long? ForgottenUntil(SqliteTable table) => _forgottenUntil[(int)table];

    /// <returns>Whether the row is new.</returns>
    internal bool Insert(SqliteTable table, SqliteKey key) => Execute(_inserts[(int)table], key.Until, key.Id) == 1;

    /// <returns>Whether the set had the version.</returns>
    internal bool Replace(byte[] agent, Guid? version, ManagedTokenSet? replacement) => (version, replacement) switch
    {
        ({ } old, null) => Execute(_removeSet, agent, old.ToByteArray()) == 1,
        ({ } old, { } set) => Execute(
            _changeSet, set.Version.ToByteArray(), set.Until.ToUnixTimeMilliseconds(), set.Content, agent, old.ToByteArray()) == 1,
        (null, { } set) => Execute(
            _addSet, set.Version.ToByteArray(), set.Until.ToUnixTimeMilliseconds(), set.Content, agent) == 1,
        _ => true,
    };

    public void Dispose() => _connection.Dispose();

    private static void Prune(SqliteCommand expired, SqliteCommand forget, SqliteCommand prune, long expiredBefore, int most)
    {
        if (Number(expired, expiredBefore, most) is not { } last) return;
        // In one transaction with the deletion, so that no row is missing without a trace.
        Execute(forget, last);
        Execute(prune, last);
    }

    private static int Execute(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        Set(command, values);
        return command.ExecuteNonQuery();
    }

    private static long? Number(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        Set(command, values);
        return command.ExecuteScalar() as long?;
    }

    private static void Set(SqliteCommand command, ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i];
    }

    private SqliteCommand[] ForEachTable(Func<SqliteTable, string> sql, params string[] parameters) =>
        Array.ConvertAll(Enum.GetValues<SqliteTable>(), table => Prepare(sql(table), parameters));

    private SqliteCommand Prepare(string sql, params string[] parameters) => SqliteFile.Command(_connection, sql, parameters);
}
