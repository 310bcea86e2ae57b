namespace Agentdom.AspNetCore.Sqlite;

/// <summary>The writes that wait for the next batch. Thread-safe, for one reader.</summary>
internal sealed class SqliteQueue
{
    // What a disk that does not keep up can cost in memory.
    private const int MaxWaiting = 32 * 1024;

    private readonly object _changing = new();
    private List<SqliteWrite> _waiting = [];
    private bool _isClosed;

    /// <returns>False if it is closed, or too many wait.</returns>
    internal bool TryAdd(SqliteWrite write)
    {
        lock (_changing)
        {
            if (_isClosed || _waiting.Count == MaxWaiting) return false;
            _waiting.Add(write);
            if (_waiting.Count == 1) Monitor.Pulse(_changing);
            return true;
        }
    }

    /// <summary>Waits until something waits, and takes all of it.</summary>
    /// <param name="batch">Is emptied and replaced by a list that nothing else uses.</param>
    /// <returns>False if the queue is closed and nothing waits.</returns>
    internal bool TryTake(ref List<SqliteWrite> batch)
    {
        batch.Clear();
        lock (_changing)
        {
            while (_waiting.Count == 0 && !_isClosed) Monitor.Wait(_changing);
            (batch, _waiting) = (_waiting, batch);
            return batch.Count > 0;
        }
    }

    /// <summary>Takes no more writes.</summary>
    internal void Close()
    {
        lock (_changing)
        {
            _isClosed = true;
            Monitor.Pulse(_changing);
        }
    }
}
