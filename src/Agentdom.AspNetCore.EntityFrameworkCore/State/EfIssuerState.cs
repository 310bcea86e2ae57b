using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Agentdom.AspNetCore.EntityFrameworkCore;

/// <summary>
/// State in the app's database, for any number of nodes. Calls that wait at the same time share one write, and each returns only after
/// the database has committed it. The tables contain 16 bytes of each signature and of the hash of each token id, and the ids and scopes
/// of managed tokens.
/// </summary>
internal sealed partial class EfIssuerState : IIssuerState, IManagedTokenStore, IAsyncDisposable, IDisposable
{
    private const int MaxWaiting = 32 * 1024;
    private const int MaxBatch = 2000;

    private static readonly TimeSpan s_pruneEvery = TimeSpan.FromSeconds(15);

    private readonly Channel<EntryWrite> _writes =
        Channel.CreateBounded<EntryWrite>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    private readonly CancellationTokenSource _closing = new();
    private readonly IssuerDatabase _database;
    private readonly IEntryInserter _inserter;
    private readonly EntryPruner _pruner;
    private readonly ManagedTokenRows _managed;
    private readonly ILogger? _log;
    private readonly Task _working;

    internal EfIssuerState(IssuerDatabase database, TimeProvider time, ILogger? log = null, IEntryInserter? inserter = null)
    {
        (_database, _log, _inserter) = (database, log, inserter ?? new ProviderInserter());
        _pruner = new EntryPruner(database, time);
        _managed = new ManagedTokenRows(database);
        _working = Task.WhenAll(Task.Run(WriteAsync), Task.Run(() => PruneRegularlyAsync(time)));
    }

    /// <inheritdoc/>
    public ValueTask<bool> TryRememberAsync(byte[] signature, DateTimeOffset until, CancellationToken cancel) =>
        new(QueueAsync(EntryKind.Signatures, Key(signature, until), cancel));

    /// <inheritdoc/>
    public ValueTask RevokeAsync(string tokenId, DateTimeOffset until, CancellationToken cancel) =>
        new(QueueAsync(EntryKind.Revocations, Key(Hash(tokenId), until), cancel));

    /// <inheritdoc/>
    public ValueTask<bool> IsRevokedAsync(string tokenId, DateTimeOffset until, CancellationToken cancel)
    {
        if (_closing.IsCancellationRequested) throw Closed();
        var key = Key(Hash(tokenId), until);
        return new(_database.RunAsync((context, stop) => EntryCommand.FindAsync(context, EntryKind.Revocations, key, stop), cancel));
    }

    /// <inheritdoc/>
    public ValueTask<ManagedTokenSet?> FindAsync(string agentId, CancellationToken cancel) =>
        _closing.IsCancellationRequested ? throw Closed() : new(_managed.FindAsync(agentId, cancel));

    /// <inheritdoc/>
    public ValueTask<bool> TryReplaceAsync(string agentId, Guid? version, ManagedTokenSet? replacement, CancellationToken cancel) =>
        _closing.IsCancellationRequested ? throw Closed() : new(_managed.TryReplaceAsync(agentId, version, replacement, cancel));

    /// <summary>Removes what has expired. It runs regularly by itself.</summary>
    internal Task PruneAsync(CancellationToken cancel = default) => _pruner.PruneAsync(cancel);

    /// <summary>Writes pending entries. Later calls throw <see cref="IssuerStateException"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        _writes.Writer.TryComplete();
        await _closing.CancelAsync();
        await _working;
    }

    /// <inheritdoc cref="DisposeAsync"/>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private async Task<bool> QueueAsync(EntryKind kind, EntryKey key, CancellationToken cancel)
    {
        var write = new EntryWrite(kind, key);
        if (!_writes.Writer.TryWrite(write))
            throw _closing.IsCancellationRequested ? Closed() : new IssuerStateException("The issuer's database does not keep up.");
        try
        {
            // Ending the wait does not cancel the write. A revocation that was requested should still be stored, and the other writes of
            // its batch are not delayed.
            return await write.Task.WaitAsync(IssuerDatabase.Patience, cancel);
        }
        catch (TimeoutException e)
        {
            throw DatabaseFailure.Of(e);
        }
    }

    private async Task WriteAsync()
    {
        var batch = new List<EntryWrite>();
        while (await _writes.Reader.WaitToReadAsync())
        {
            while (batch.Count < MaxBatch && _writes.Reader.TryRead(out var write)) batch.Add(write);
            foreach (var kind in batch.GroupBy(static write => write.Kind)) await WriteAsync(kind.Key, [.. kind]);
            batch.Clear();
        }
    }

    private async Task WriteAsync(EntryKind kind, List<EntryWrite> batch)
    {
        try
        {
            var keys = batch.Select(static write => write.Key).Distinct().Order().ToList();
            var inserted = await _database.WriteAsync(
                (context, stop) => _inserter.InsertAsync(context, kind, keys, stop), CancellationToken.None);
            foreach (var write in batch) Complete(write, inserted);
        }
        catch (IssuerStateException e)
        {
            foreach (var write in batch) write.TrySetException(e);
        }
    }

    private static void Complete(EntryWrite write, InsertedEntries inserted)
    {
        // The first of several equal ones is new.
        var isNew = inserted.New.Remove(write.Key);
        // A token that may be among the forgotten ones counts as revoked already.
        if (isNew && write.Kind == EntryKind.Signatures && write.Key.Until <= inserted.ForgottenUntil)
            write.SetException(IssuerStateException.ClockSetBack(inserted.ForgottenUntil));
        else
            write.SetResult(isNew);
    }

    private async Task PruneRegularlyAsync(TimeProvider time)
    {
        using var timer = new PeriodicTimer(s_pruneEvery, time);
        var hasFailed = false;
        try
        {
            while (await timer.WaitForNextTickAsync(_closing.Token))
            {
                try
                {
                    await PruneAsync(_closing.Token);
                    hasFailed = false;
                }
                catch (IssuerStateException e)
                {
                    // Once, and only the message, because a provider's own exception may contain confidential details.
                    if (_log is not null && !hasFailed) PruningFailed(_log, e.Message);
                    hasFailed = true;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Closing.
        }
    }

    private static EntryKey Key(byte[] id, DateTimeOffset until)
    {
        if (id.Length < EntryKey.IdBytes) throw new ArgumentException($"At least {EntryKey.IdBytes} bytes are needed.", nameof(id));
        return new EntryKey(id, until.ToUnixTimeMilliseconds());
    }

    private static byte[] Hash(string tokenId) => SHA256.HashData(Encoding.UTF8.GetBytes(tokenId));

    private static IssuerStateException Closed() => new("The issuer's state is closed.");

    [LoggerMessage(4201, LogLevel.Warning,
        "Expired entries of the issuer's state could not be removed from the database. It is tried again every 15 seconds. {Reason}",
        EventName = "PruningFailed")]
    private static partial void PruningFailed(ILogger log, string reason);
}
