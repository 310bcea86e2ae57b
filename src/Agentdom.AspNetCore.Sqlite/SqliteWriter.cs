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
        foreach (var write in batch) write.SetResult(write.IsNew);
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
        private readonly SqliteCommand[] _inserts;
        private readonly SqliteCommand[] _prunes;

        internal Statements(SqliteConnection connection)
        {
            _connection = connection;
            // Immediate, so that no other process can write between this transaction's reads and its commit.
            _begin = SqliteFile.Command(connection, "BEGIN IMMEDIATE");
            _commit = SqliteFile.Command(connection, "COMMIT");
            _inserts = ForEachTable(table => $"INSERT INTO {table} VALUES ($until, $id) ON CONFLICT DO NOTHING", "$until", "$id");
            _prunes = ForEachTable(
                table => $"DELETE FROM {table} WHERE (Until, Id) IN (SELECT Until, Id FROM {table} WHERE Until < $until LIMIT $most)",
                "$until", "$most");
        }

        internal void Run(IEnumerable<SqliteWrite> batch, long endedBefore, int mostPruned)
        {
            _begin.ExecuteNonQuery();
            foreach (var write in batch)
                write.IsNew = Execute(_inserts[(int)write.Table], write.Key.Until, write.Key.Id) == 1;
            foreach (var prune in _prunes) Execute(prune, endedBefore, mostPruned);
            _commit.ExecuteNonQuery();
        }

        public void Dispose() => _connection.Dispose();

        private static int Execute(SqliteCommand command, object first, object second)
        {
            (command.Parameters[0].Value, command.Parameters[1].Value) = (first, second);
            return command.ExecuteNonQuery();
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
