using Microsoft.Data.Sqlite;

namespace Agentdom.AspNetCore.Sqlite;

/// <summary>The only connection that writes. Each batch is one transaction. For one thread at a time.</summary>
internal sealed class SqliteWriter : IDisposable
{
    private readonly SqliteFile _file;
    private readonly PruneClock _clock;
    private Statements? _statements;

    private SqliteWriter(SqliteFile file, TimeProvider time)
    {
        _file = file;
        _clock = new PruneClock(time);
    }

    /// <exception cref="IssuerStateException">The file cannot be opened.</exception>
    internal static SqliteWriter Create(SqliteFile file, TimeProvider time)
    {
        try
        {
            file.Create();
            return new SqliteWriter(file, time) { _statements = new Statements(file.Open()) };
        }
        catch (Exception e)
        {
            throw file.Failed(e);
        }
    }

    /// <summary>Writes all rows or none, and completes their tasks. It does not throw.</summary>
    internal void Commit(IReadOnlyCollection<SqliteWrite> batch)
    {
        try
        {
            if (!_file.Exists) Dispose();
            _statements ??= new Statements(_file.Open());
            // Prunes more rows than the batch adds, so that expired rows do not pile up, but limited, so that no batch waits long.
            _statements.Run(batch, _clock.ExpiredBefore(), mostPruned: 1000 + (2 * batch.Count));
        }
        catch (Exception e)
        {
            // Closing the connection rolls back. The next batch opens a new one.
            Dispose();
            foreach (var write in batch) write.SetException(_file.Failed(e));
            return;
        }
        foreach (var write in batch)
        {
            // A token that may be among the forgotten ones counts as revoked already.
            if (write is { Table: SqliteTable.Signatures, ForgottenUntil: { } until })
                write.SetException(IssuerStateException.ClockSetBack(until));
            else
                write.SetResult(write.IsNew);
        }
    }

    public void Dispose()
    {
        _statements?.Dispose();
        _statements = null;
    }

    /// <summary>A connection with its statements, prepared once.</summary>
    private sealed class Statements : IDisposable
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

        internal Statements(SqliteConnection connection)
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
        }

        internal void Run(IEnumerable<SqliteWrite> batch, long endedBefore, int mostPruned)
        {
            _begin.ExecuteNonQuery();
            var forgotten = Array.ConvertAll(_forgotten, static command => Number(command));
            foreach (var write in batch)
            {
                var (table, key) = ((int)write.Table, write.Key);
                write.ForgottenUntil = key.Until <= forgotten[table] ? forgotten[table] : null;
                if (write.ForgottenUntil is null) write.IsNew = Execute(_inserts[table], key.Until, key.Id) == 1;
            }
            for (var table = 0; table < s_tables; table++)
            {
                if (Number(_expired[table], endedBefore, mostPruned) is not { } last) continue;
                // In one transaction with the deletion, so that no row is missing without a trace.
                Execute(_forgets[table], last);
                Execute(_prunes[table], last);
            }
            _commit.ExecuteNonQuery();
        }

        public void Dispose() => _connection.Dispose();

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

        private SqliteCommand[] ForEachTable(Func<SqliteTable, string> sql, params string[] parameters)
        {
            var commands = new SqliteCommand[s_tables];
            foreach (var table in Enum.GetValues<SqliteTable>())
            {
                var command = SqliteFile.Command(_connection, sql(table));
                foreach (var name in parameters) command.Parameters.Add(new SqliteParameter { ParameterName = name });
                commands[(int)table] = command;
            }
            return commands;
        }
    }
}
