using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Agentdom.AspNetCore.Sqlite;

/// <summary>
/// A pool of read connections, one for each concurrent reader. A query sees everything that any process has committed, and does
/// not wait for writers.
/// </summary>
internal sealed class SqliteReaders(SqliteFile file) : IDisposable
{
    private readonly ConcurrentBag<Reader> _idle = [];
    private volatile bool _closed;

    /// <summary>Whether a token is revoked, or may be.</summary>
    /// <exception cref="IssuerStateException">The file cannot be read.</exception>
    internal bool IsRevoked(SqliteKey key) => Read(reader => reader.IsRevoked(key));

    /// <summary>Finds the managed tokens of an agent.</summary>
    /// <exception cref="IssuerStateException">The file cannot be read.</exception>
    internal ManagedTokenSet? FindSet(byte[] agent) => Read(reader => reader.FindSet(agent));

    public void Dispose()
    {
        _closed = true;
        while (_idle.TryTake(out var reader)) reader.Dispose();
    }

    private T Read<T>(Func<Reader, T> read)
    {
        if (_closed) throw file.Failed("is closed");
        Reader? reader = null;
        try
        {
            if (!_idle.TryTake(out reader)) reader = new Reader(file.Open());
            var answer = read(reader);
            _idle.Add(reader);
            return answer;
        }
        catch (Exception e)
        {
            // Not returned to the pool: the next query opens a new connection.
            reader?.Dispose();
            throw file.Failed(e);
        }
    }

    private sealed class Reader(SqliteConnection connection) : IDisposable
    {
        // What expires no later than a deleted row may have been deleted too. That matters if the clock was set back.
        private readonly SqliteCommand _isRevoked = SqliteFile.Command(
            connection,
            "SELECT 1 FROM Revocations WHERE Until = $until AND Id = $id "
            + "UNION ALL SELECT 1 FROM Forgotten WHERE Source = 'Revocations' AND Until >= $until",
            "$until", "$id");
        private readonly SqliteCommand _findSet = SqliteFile.Command(
            connection, "SELECT Version, Until, Content FROM ManagedTokens WHERE Agent = $agent", "$agent");

        internal bool IsRevoked(SqliteKey key)
        {
            (_isRevoked.Parameters[0].Value, _isRevoked.Parameters[1].Value) = (key.Until, key.Id);
            return _isRevoked.ExecuteScalar() is not null;
        }

        internal ManagedTokenSet? FindSet(byte[] agent)
        {
            _findSet.Parameters[0].Value = agent;
            using var row = _findSet.ExecuteReader();
            if (!row.Read()) return null;
            return new ManagedTokenSet(
                new Guid(row.GetFieldValue<byte[]>(0)), row.GetString(2), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(1)));
        }

        public void Dispose() => connection.Dispose();
    }
}
