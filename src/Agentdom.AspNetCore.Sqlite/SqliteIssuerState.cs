using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;

namespace Agentdom.AspNetCore.Sqlite;

/// <summary>
/// State in an SQLite file, for one node. What was acknowledged is on the disk: it outlives a killed process and a power
/// cut. Processes of one machine may share the file. 16 bytes are kept of a signature and of the hash of a token's id.
/// </summary>
/// <remarks>
/// Calls that wait at the same time share one write to the disk. A failure (the file locked for seconds, damaged or
/// read-only, the disk full) lasts as long as its reason; nothing has to be restarted.
/// </remarks>
public sealed class SqliteIssuerState : IIssuerState, IDisposable, IAsyncDisposable
{
    private const int MaxWaiting = 32 * 1024;

    private readonly Channel<SqliteWrite> _writes =
        Channel.CreateBounded<SqliteWrite>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    private readonly SqliteFile _file;
    private readonly SqliteReaders _readers;
    private readonly Task _writing;

    /// <summary>Opens the file, or makes it, readable by its owner only (on Unix).</summary>
    /// <param name="path">The file, on a local disk, in a folder that exists.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="IssuerStateException">The file cannot be opened; the message says why.</exception>
    public SqliteIssuerState(string path, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        _file = new SqliteFile(path);
        _readers = new SqliteReaders(_file);
        var writer = SqliteWriter.Create(_file, time ?? TimeProvider.System);
        _writing = Task.Run(() => WriteAsync(writer));
    }

    /// <inheritdoc/>
    public ValueTask<bool> TryRememberAsync(byte[] signature, DateTimeOffset until, CancellationToken cancel) =>
        new(QueueAsync(SqliteTable.Signatures, signature, until, cancel));

    /// <inheritdoc/>
    public ValueTask RevokeAsync(string tokenId, DateTimeOffset until, CancellationToken cancel) =>
        new(QueueAsync(SqliteTable.Revocations, Hash(tokenId), until, cancel));

    /// <inheritdoc/>
    public ValueTask<bool> IsRevokedAsync(string tokenId, DateTimeOffset until, CancellationToken cancel) =>
        new(_readers.Contains(new SqliteKey(Hash(tokenId), until)));

    /// <summary>Writes what waits, and closes the file. Later calls fail with <see cref="IssuerStateException"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        _writes.Writer.TryComplete();
        await _writing;
        _readers.Dispose();
    }

    /// <inheritdoc cref="DisposeAsync"/>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private Task<bool> QueueAsync(SqliteTable table, byte[] id, DateTimeOffset until, CancellationToken cancel)
    {
        var write = new SqliteWrite(table, new SqliteKey(id, until));
        if (!_writes.Writer.TryWrite(write)) throw _file.Failed("is closed, or its disk does not keep up");
        // Who stops waiting does not take the write back: the others of its batch are not held up, and a token that was
        // asked to be revoked had better be.
        return write.Task.WaitAsync(cancel);
    }

    private async Task WriteAsync(SqliteWriter writer)
    {
        using (writer)
        {
            var batch = new List<SqliteWrite>();
            while (await _writes.Reader.WaitToReadAsync())
            {
                while (batch.Count < MaxWaiting && _writes.Reader.TryRead(out var write)) batch.Add(write);
                writer.Commit(batch);
                batch.Clear();
            }
        }
    }

    private static byte[] Hash(string tokenId) => SHA256.HashData(Encoding.UTF8.GetBytes(tokenId));
}
