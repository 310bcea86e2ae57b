using System.Security.Cryptography;
using System.Text;

namespace Agentdom.AspNetCore.Sqlite;

/// <summary>
/// State in an SQLite file, for a single node. A call returns only after its data is on the disk, so the data survives a killed
/// process and a power failure. Processes on the same machine can share the file. It contains 16 bytes of each signature and of
/// the hash of each token id, and the ids and scopes of managed tokens.
/// </summary>
/// <remarks>
/// Used signatures are in memory too, with about 41 bytes each. Calls that wait at the same time share one write to the disk. If
/// the file is locked for seconds, damaged or read-only, or the disk is full, calls fail until the cause is fixed. No restart is
/// needed.
/// </remarks>
public sealed class SqliteIssuerState : IIssuerState, IManagedTokenStore, IDisposable, IAsyncDisposable
{
    private readonly SqliteQueue _queue = new();
    private readonly SqliteFile _file;
    private readonly SqliteReaders _readers;
    private readonly Task _writing;

    /// <summary>Opens the file, or creates it, and reads the used signatures. On Unix only its owner can read the file.</summary>
    /// <param name="path">The file, on a local disk, in a folder that exists.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="IssuerStateException">The file cannot be opened. The message contains the reason.</exception>
    public SqliteIssuerState(string path, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        _file = new SqliteFile(path);
        _readers = new SqliteReaders(_file);
        var writer = SqliteWriter.Create(_file, time ?? TimeProvider.System);
        // On a thread of its own, because it mostly waits for the disk. The pool has as few threads as the machine has cores.
        _writing = Task.Factory.StartNew(
            () => Write(writer), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <inheritdoc/>
    public ValueTask<bool> TryRememberAsync(byte[] signature, DateTimeOffset until, CancellationToken cancel) =>
        new(QueueAsync(new SqliteSignature(new SqliteKey(signature, until)), cancel));

    /// <inheritdoc/>
    public ValueTask RevokeAsync(string tokenId, DateTimeOffset until, CancellationToken cancel) =>
        new(QueueAsync(new SqliteRevocation(new SqliteKey(Hash(tokenId), until)), cancel));

    /// <inheritdoc/>
    public ValueTask<bool> IsRevokedAsync(string tokenId, DateTimeOffset until, CancellationToken cancel) =>
        new(_readers.IsRevoked(new SqliteKey(Hash(tokenId), until)));

    ValueTask<ManagedTokenSet?> IManagedTokenStore.FindAsync(string agentId, CancellationToken cancel) =>
        new(_readers.FindSet(AgentKey(agentId)));

    ValueTask<bool> IManagedTokenStore.TryReplaceAsync(
        string agentId, Guid? version, ManagedTokenSet? replacement, CancellationToken cancel) =>
        new(QueueAsync(new SqliteReplacement(AgentKey(agentId), version, replacement), cancel));

    /// <summary>Writes pending data and closes the file. Later calls throw <see cref="IssuerStateException"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Close();
        await _writing;
        _readers.Dispose();
    }

    /// <inheritdoc cref="DisposeAsync"/>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private Task<bool> QueueAsync(SqliteWrite write, CancellationToken cancel)
    {
        if (!_queue.TryAdd(write)) throw _file.Failed("is closed, or its disk does not keep up");
        // Cancelling the wait does not cancel the write. A revocation that was requested should still be stored, and the other
        // writes of its batch are not delayed.
        return write.Task.WaitAsync(cancel);
    }

    private void Write(SqliteWriter writer)
    {
        using (writer)
        {
            var batch = new List<SqliteWrite>();
            while (_queue.TryTake(ref batch)) writer.Commit(batch);
        }
    }

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    private static byte[] AgentKey(string agentId) => Hash(agentId)[..SqliteKey.IdBytes];
}
