using Microsoft.EntityFrameworkCore;

namespace Agentdom.AspNetCore.EntityFrameworkCore;

/// <summary>
/// Removes expired entries in small steps. Each step raises the mark of what was removed in the transaction that removes, so that no
/// entry is missing without a trace. Several nodes can do it at the same time.
/// </summary>
internal sealed class EntryPruner(IssuerDatabase database, TimeProvider time)
{
    private const int RowsInStep = 2000;

    // If a node removed entries by a clock that is ahead, the others would have to refuse requests with an old timestamp.
    private readonly PruneClock _clock = new(time, TokenIssuerOptions.TimestampWindow);

    /// <exception cref="IssuerStateException">The database has failed. What was removed until then is marked.</exception>
    internal async Task PruneAsync(CancellationToken cancel)
    {
        var expiredBefore = _clock.ExpiredBefore();
        await PruneAsync<SignatureRow>(EntryKind.Signatures, expiredBefore, cancel);
        await PruneAsync<RevocationRow>(EntryKind.Revocations, expiredBefore, cancel);
        await PruneSetsAsync(expiredBefore, cancel);
    }

    private async Task PruneSetsAsync(long expiredBefore, CancellationToken cancel)
    {
        while (await database.WriteAsync((context, stop) => StepAsync(context, expiredBefore, stop), cancel) >= RowsInStep)
        {
        }
    }

    // Their tokens count as revoked from then on: otherwise they could be valid again, and nothing would name them.
    private static async Task<int> StepAsync(DbContext context, long expiredBefore, CancellationToken stop)
    {
        var sets = context.Set<ManagedTokenRow>();
        var last = await sets.Where(set => set.Until < expiredBefore).OrderBy(static set => set.Until).Take(RowsInStep)
            .MaxAsync(static set => (long?)set.Until, stop);
        if (last is not { } until) return 0;
        await using var transaction = await context.Database.BeginTransactionAsync(stop);
        await RaiseAsync(context, nameof(EntryKind.Revocations), until, stop);
        var removed = await sets.Where(set => set.Until <= until).ExecuteDeleteAsync(stop);
        await transaction.CommitAsync(stop);
        return removed;
    }

    private async Task PruneAsync<TRow>(EntryKind kind, long expiredBefore, CancellationToken cancel) where TRow : EntryRow
    {
        while (await database.WriteAsync((context, stop) => StepAsync<TRow>(context, kind, expiredBefore, stop), cancel) >= RowsInStep)
        {
        }
    }

    /// <returns>How many rows were removed.</returns>
    private static async Task<int> StepAsync<TRow>(DbContext context, EntryKind kind, long expiredBefore, CancellationToken stop)
        where TRow : EntryRow
    {
        var rows = context.Set<TRow>();
        var last = await rows.Where(row => row.Until < expiredBefore).OrderBy(static row => row.Until).Take(RowsInStep)
            .MaxAsync(static row => (long?)row.Until, stop);
        if (last is not { } until) return 0;
        await using var transaction = await context.Database.BeginTransactionAsync(stop);
        await RaiseAsync(context, kind.ToString(), until, stop);
        var removed = await rows.Where(row => row.Until <= until).ExecuteDeleteAsync(stop);
        await transaction.CommitAsync(stop);
        return removed;
    }

    // If two nodes add the first mark at the same time, one of them fails, and removes nothing until the next time.
    private static async Task RaiseAsync(DbContext context, string source, long until, CancellationToken stop)
    {
        var marks = context.Set<ForgottenRow>();
        var raised = await marks.Where(mark => mark.Source == source && mark.Until < until)
            .ExecuteUpdateAsync(set => set.SetProperty(static mark => mark.Until, until), stop);
        if (raised > 0 || await marks.AnyAsync(mark => mark.Source == source, stop)) return;
        context.ChangeTracker.Clear();
        context.Add(new ForgottenRow { Source = source, Until = until });
        await context.SaveChangesAsync(stop);
    }
}
