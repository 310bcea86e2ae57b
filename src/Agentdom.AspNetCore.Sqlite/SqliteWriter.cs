namespace Agentdom.AspNetCore.Sqlite;

/// <summary>The only connection that writes. Each batch is one transaction. For one thread at a time.</summary>
internal sealed class SqliteWriter : IDisposable
{
    private readonly SqliteFile _file;
    private readonly PruneClock _clock;
    private SqliteStatements? _statements;

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
            return new SqliteWriter(file, time) { _statements = new SqliteStatements(file.OpenToWrite()) };
        }
        catch (Exception e)
        {
            throw file.Failed(e);
        }
    }

    /// <summary>Makes all writes or none, and completes their tasks. It does not throw.</summary>
    internal void Commit(IReadOnlyCollection<SqliteWrite> batch)
    {
        try
        {
            if (!_file.Exists) Dispose();
            _statements ??= new SqliteStatements(_file.OpenToWrite());
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
        foreach (var write in batch) write.Complete();
    }

    public void Dispose()
    {
        _statements?.Dispose();
        _statements = null;
    }
}
