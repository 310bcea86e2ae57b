using StackExchange.Redis;

namespace Agentdom.AspNetCore.Redis;

/// <summary>
/// Stores used signatures. Those that come while an answer is awaited are sent together, because a call costs much more than an entry in
/// it. The first one does not wait.
/// </summary>
internal sealed class RedisBatches
{
    // A script holds up all others: this many take Redis one or two milliseconds.
    private const int Most = 256;

    private readonly RedisLink _link;
    private readonly Lane _all;
    private readonly Lane[] _slots;
    private volatile bool _isBySlot;

    internal RedisBatches(RedisLink link)
    {
        _link = link;
        _all = new Lane(this, isOfAllSlots: true);
        // One lane per slot, so that a master that hangs holds up only what it decides.
        _slots = [.. Enumerable.Range(0, RedisSlot.Count).Select(_ => new Lane(this, isOfAllSlots: false))];
    }

    /// <returns>The answer of <see cref="RedisScripts.Remember"/>.</returns>
    /// <exception cref="IssuerStateException">Redis cannot be reached, or refuses it.</exception>
    internal async ValueTask<int> RememberAsync(int slot, RedisKey bucket, byte[] entry, CancellationToken cancel)
    {
        var item = new Item(slot, bucket, entry);
        LaneOf(item).Add(item);
        try
        {
            return await item.Task.WaitAsync(RedisConnection.Timeout, cancel);
        }
        catch (TimeoutException e)
        {
            throw RedisFailure.Of(e);
        }
        finally
        {
            // If it is not sent yet, it never is: the agent sends the request again, and it must not count as used then.
            item.TrySetCanceled(cancel);
        }
    }

    private Lane LaneOf(Item item) => _isBySlot ? _slots[item.Slot] : _all;

    private sealed class Item(int slot, RedisKey bucket, byte[] entry)
        : TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        internal int Slot => slot;

        internal RedisKey Bucket => bucket;

        internal RedisValue Entry => entry;

        internal void Fail(Exception failure)
        {
            TrySetException(failure as IssuerStateException ?? RedisFailure.Of(failure));
            // Seen, also if nobody waits any more.
            _ = Task.Exception;
        }
    }

    private sealed class Lane(RedisBatches batches, bool isOfAllSlots)
    {
        private readonly Lock _lock = new();
        private List<Item> _next = [];
        private bool _isRunning;

        internal void Add(Item item)
        {
            lock (_lock)
            {
                _next.Add(item);
                if (_isRunning) return;
                _isRunning = true;
            }
            _ = RunAsync();
        }

        private async Task RunAsync()
        {
            while (true)
            {
                List<Item> items;
                lock (_lock)
                {
                    _isRunning = _next.Count > 0;
                    if (!_isRunning) return;
                    (items, _next) = (_next, []);
                }
                // Looks at each one just before it is sent. So however long Redis hangs, only those of the last seconds wait here.
                foreach (var batch in items.Where(static i => !i.Task.IsCompleted).Chunk(Most)) await SendAsync(batch);
                // Requests that are already being processed join the next batch.
                await Task.Yield();
            }
        }

        // Never throws, because that would end the lane.
        private async Task SendAsync(Item[] batch)
        {
            try
            {
                if (isOfAllSlots && !batches._link.HasAllSlotsInOnePlace) batches._isBySlot = true;
                if (isOfAllSlots && batches._isBySlot)
                {
                    PassOn(batch);
                    return;
                }
                var answers = (int[])(await batches._link.RunAsync(
                    RedisScripts.Remember, Array.ConvertAll(batch, static i => i.Bucket), Array.ConvertAll(batch, static i => i.Entry),
                    CancellationToken.None))!;
                for (var i = 0; i < batch.Length; i++) batch[i].TrySetResult(answers[i]);
            }
            catch (IssuerStateException e) when (isOfAllSlots && RedisFailure.IsOfSlots(e))
            {
                // Nothing was done. The client did not know yet, or cannot know, that it is a cluster.
                batches._isBySlot = true;
                PassOn(batch);
            }
            catch (Exception e)
            {
                foreach (var item in batch) item.Fail(e);
            }
        }

        private void PassOn(Item[] batch)
        {
            foreach (var item in batch) batches.LaneOf(item).Add(item);
        }
    }
}
