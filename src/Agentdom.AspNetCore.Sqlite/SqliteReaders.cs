using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Agentdom.AspNetCore.Sqlite;

/// <summary>
/// Connections that read, one for each thread that does so at the same time. Each question sees all that is committed,
/// by whatever process, and does not wait for writers.
/// </summary>
internal sealed class SqliteReaders(SqliteFile file) : IDisposable
{
    private readonly ConcurrentBag<SqliteCommand> _idle = [];
    private volatile bool _closed;

    /// <exception cref="IssuerStateException">It cannot be known.</exception>
    internal bool Contains(SqliteKey key)
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
            // Not put back: the next question starts with a fresh connection.
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
        var command = SqliteFile.Command(file.Open(), $"SELECT 1 FROM {SqliteTable.Revocations} WHERE Until = $until AND Id = $id");
        foreach (var name in new[] { "$until", "$id" }) command.Parameters.Add(new SqliteParameter { ParameterName = name });
        return command;
    }
}
