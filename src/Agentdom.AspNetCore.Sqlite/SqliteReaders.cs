using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Agentdom.AspNetCore.Sqlite;

/// <summary>
/// A pool of read connections, one for each concurrent reader. A query sees everything that any process has committed, and does
/// not wait for writers.
/// </summary>
internal sealed class SqliteReaders(SqliteFile file) : IDisposable
{
    private readonly ConcurrentBag<SqliteCommand> _idle = [];
    private volatile bool _closed;

    /// <summary>Whether a token is revoked, or may be.</summary>
    /// <exception cref="IssuerStateException">The file cannot be read.</exception>
    internal bool IsRevoked(SqliteKey key)
    {
        if (_closed) throw file.Failed("is closed");
        SqliteCommand? command = null;
        try
        {
            if (!_idle.TryTake(out command)) command = Open();
            (command.Parameters[0].Value, command.Parameters[1].Value) = (key.Until, key.Id);
            var found = command.ExecuteScalar() is not null;
            _idle.Add(command);
            return found;
        }
        catch (Exception e)
        {
            // Not returned to the pool: the next query opens a new connection.
            command?.Connection?.Dispose();
            throw file.Failed(e);
        }
    }

    public void Dispose()
    {
        _closed = true;
        while (_idle.TryTake(out var command)) command.Connection?.Dispose();
    }

    private SqliteCommand Open()
    {
        // What expires no later than a deleted row may have been deleted too. That matters if the clock was set back.
        var command = SqliteFile.Command(file.Open(),
            $"SELECT 1 FROM {SqliteTable.Revocations} WHERE Until = $until AND Id = $id "
            + $"UNION ALL SELECT 1 FROM Forgotten WHERE Source = '{SqliteTable.Revocations}' AND Until >= $until");
        foreach (var name in new[] { "$until", "$id" }) command.Parameters.Add(new SqliteParameter { ParameterName = name });
        return command;
    }
}
