using StackExchange.Redis;

namespace Agentdom.AspNetCore.Redis;

/// <summary>
/// The sets of managed tokens, each in the slot of its agent. The tokens are in other slots, so if Redis has removed a set too early, its
/// tokens have to be revoked in all slots before anybody learns that it is gone.
/// </summary>
internal sealed class RedisManagedTokens(RedisLink link, RedisSlot[] slots)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMinutes(1);

    private long _forgotten;
    // On the clock of Environment.TickCount64.
    private long _othersWaitUntil;

    internal async ValueTask<ManagedTokenSet?> FindAsync(string agentId, CancellationToken cancel)
    {
        var hash = RedisSlot.Hash(agentId);
        var slot = slots[RedisSlot.NumberOf(hash)];
        var answer = await link.RunAsync(RedisScripts.FindSet, [slot.SetOf(hash), slot.SetEnds], [hash], cancel);
        if (answer.Resp2Type != ResultType.Integer) return RedisTokenSet.Read((string)answer!);
        await ForgetAsync((long)answer, cancel);
        return null;
    }

    internal async ValueTask<bool> TryReplaceAsync(
        string agentId, Guid? version, ManagedTokenSet? replacement, CancellationToken cancel)
    {
        var hash = RedisSlot.Hash(agentId);
        var slot = slots[RedisSlot.NumberOf(hash)];
        var end = replacement is null ? 0 : RedisBuckets.End(replacement.Until);
        while (true)
        {
            var answer = (long)await link.RunAsync(
                RedisScripts.ReplaceSet, [slot.SetOf(hash), slot.SetEnds],
                [
                    hash, RedisTokenSet.Version(version), replacement is null ? "" : RedisTokenSet.Write(replacement), end,
                    RedisBuckets.Deadline(end, slot.Delay), Volatile.Read(ref _forgotten),
                    Environment.TickCount64 >= Volatile.Read(ref _othersWaitUntil),
                ],
                cancel);
            if (answer is 0 or 1) return answer == 1;
            if (answer > 0) await ForgetAsync(answer, cancel);
            else await TryForgetOthersAsync(-answer, cancel);
        }
    }

    // Sets of other agents can wait, so a master that is down must not stop this agent.
    private async Task TryForgetOthersAsync(long end, CancellationToken cancel)
    {
        try
        {
            await ForgetAsync(end, cancel);
        }
        catch (IssuerStateException)
        {
            Volatile.Write(ref _othersWaitUntil, Environment.TickCount64 + (long)s_pause.TotalMilliseconds);
        }
    }

    private async Task ForgetAsync(long end, CancellationToken cancel)
    {
        if (end <= Volatile.Read(ref _forgotten)) return;
        await Task.WhenAll(slots.Select(
            slot => link.RunAsync(RedisScripts.Forget, [slot.Revoked.Removed], [end], cancel).AsTask()));
        // If another call raises it at the same time and is overwritten, its set is only forgotten once more.
        Volatile.Write(ref _forgotten, Math.Max(end, Volatile.Read(ref _forgotten)));
    }
}
