namespace Agentdom.AspNetCore.Sqlite;

/// <summary>The only connection that writes. Each batch is one transaction. For one thread at a time.</summary>
internal sealed class SqliteWriter : IDisposable
{
    private readonly SqliteFile _file;
    private readonly PruneClock _clock;
    private readonly SqliteSignatures _signatures;
    private SqliteStatements? _statements;

    private SqliteWriter(SqliteFile file, TimeProvider time)
    {
        _file = file;
        _clock = new PruneClock(time);
        _signatures = new SqliteSignatures(time);
    }

    /// <summary>Opens the file, or creates it, and reads the used signatures.</summary>
    /// <exception cref="IssuerStateException">The file cannot be opened.</exception>
    internal static SqliteWriter Create(SqliteFile file, TimeProvider time)
    {
        var writer = new SqliteWriter(file, time);
        try
        {
            file.Create();
            writer._statements = new SqliteStatements(file.OpenToWrite());
            writer._signatures.Begin(writer._statements);
            return writer;
        }
        catch (Exception e)
        {
            writer.Dispose();
            throw file.Failed(e);
        }
    }

    /// <summary>Makes all writes or none, and completes their tasks. It does not throw.</summary>
    internal void Commit(List<SqliteWrite> batch)
    {
        try
        {
            if (!_file.Exists) Dispose();
            _statements ??= new SqliteStatements(_file.OpenToWrite());
            Run(batch, _statements);
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

    private void Run(List<SqliteWrite> batch, SqliteStatements statements)
    {
        statements.Begin();
        _signatures.Begin(statements);
        foreach (var write in batch) write.Run(statements, _signatures);
        _signatures.Append(statements);
        // Prunes more rows than the batch adds, so that expired rows do not pile up, but limited, so that no batch waits long.
        statements.Prune(_clock.ExpiredBefore(), most: 100 + (2 * batch.Count));
        statements.Commit();
        _signatures.Committed();
    }

    public void Dispose()
    {
        _statements?.Dispose();
        _statements = null;
    }
}
