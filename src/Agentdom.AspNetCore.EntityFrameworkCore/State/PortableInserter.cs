using Microsoft.EntityFrameworkCore;

namespace Agentdom.AspNetCore.EntityFrameworkCore;

/// <summary>
/// Any other database: all entries at once, or, if one of them is already there, one by one.
/// </summary>
internal sealed class PortableInserter : IEntryInserter
{
    public async Task<InsertedEntries> InsertAsync(
        DbContext context, EntryKind kind, IReadOnlyList<EntryKey> keys, CancellationToken stop)
    {
        var added = kind == EntryKind.Signatures
            ? await InsertAsync<SignatureRow>(context, keys, static key => new() { Until = key.Until, Id = key.IdAsBytes() }, stop)
            : await InsertAsync<RevocationRow>(context, keys, static key => new() { Until = key.Until, Id = key.IdAsBytes() }, stop);
        // Not in the same transaction, which might not see what others have committed meanwhile.
        return new InsertedEntries(added, await EntryCommand.ReadMarkAsync(context, EntrySql.Of(context, kind), stop));
    }

    private static async Task<HashSet<EntryKey>> InsertAsync<TRow>(
        DbContext context, IReadOnlyList<EntryKey> keys, Func<EntryKey, TRow> row, CancellationToken stop) where TRow : EntryRow
    {
        try
        {
            await SaveAsync(context, keys.Select(row), stop);
            return [.. keys];
        }
        catch (DbUpdateException)
        {
            var added = new HashSet<EntryKey>();
            foreach (var key in keys)
            {
                if (await TryInsertAsync(context, row(key), stop)) added.Add(key);
            }
            return added;
        }
    }

    private static async Task<bool> TryInsertAsync<TRow>(DbContext context, TRow row, CancellationToken stop) where TRow : EntryRow
    {
        try
        {
            await SaveAsync(context, [row], stop);
            return true;
        }
        catch (DbUpdateException)
        {
            // Providers do not agree on how to say that a key is there.
            if (await context.Set<TRow>().AnyAsync(there => there.Until == row.Until && there.Id == row.Id, stop)) return false;
            throw;
        }
    }

    private static async Task SaveAsync<TRow>(DbContext context, IEnumerable<TRow> rows, CancellationToken stop) where TRow : EntryRow
    {
        context.ChangeTracker.Clear();
        context.AddRange(rows);
        await context.SaveChangesAsync(stop);
    }
}
