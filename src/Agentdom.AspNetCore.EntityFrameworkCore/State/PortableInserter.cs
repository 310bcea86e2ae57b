using Microsoft.EntityFrameworkCore;

namespace Agentdom.AspNetCore.EntityFrameworkCore;

/// <summary>Any other database: all entries at once, and if some of them are already there, all but those.</summary>
internal sealed class PortableInserter : IEntryInserter
{
    // How often others may be faster between looking and inserting.
    private const int MaxAttempts = 5;

    // SQL Server allows 2,100 parameters.
    private const int MostInQuery = 500;

    public async Task<InsertedEntries> InsertAsync(
        DbContext context, EntryKind kind, IReadOnlyList<EntryKey> keys, CancellationToken stop)
    {
        var added = new HashSet<EntryKey>();
        foreach (var part in keys.Chunk(MostInQuery))
        {
            added.UnionWith(kind == EntryKind.Signatures
                ? await InsertAsync<SignatureRow>(context, part, static key => new() { Until = key.Until, Id = key.IdAsBytes() }, stop)
                : await InsertAsync<RevocationRow>(context, part, static key => new() { Until = key.Until, Id = key.IdAsBytes() }, stop));
        }
        // Not in the same transaction, which might not see what others have committed meanwhile.
        return new InsertedEntries(added, await EntryCommand.ReadMarkAsync(context, EntrySql.Of(context, kind), stop));
    }

    private static async Task<EntryKey[]> InsertAsync<TRow>(
        DbContext context, EntryKey[] keys, Func<EntryKey, TRow> row, CancellationToken stop) where TRow : EntryRow
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                context.ChangeTracker.Clear();
                context.AddRange(keys.Select(row));
                await context.SaveChangesAsync(stop);
                return keys;
            }
            // Providers do not agree on how to say that a key is there.
            catch (DbUpdateException) when (attempt < MaxAttempts)
            {
                var (first, last, ids) = (keys[0].Until, keys[^1].Until, Array.ConvertAll(keys, static key => key.IdAsBytes()));
                var there = await context.Set<TRow>().AsNoTracking()
                    .Where(entry => entry.Until >= first && entry.Until <= last && ids.Contains(entry.Id)).ToListAsync(stop);
                keys = [.. keys.Except(there.Select(static entry => new EntryKey(entry.Id, entry.Until)))];
            }
        }
    }
}
