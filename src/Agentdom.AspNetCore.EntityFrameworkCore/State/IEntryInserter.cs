using Microsoft.EntityFrameworkCore;

namespace Agentdom.AspNetCore.EntityFrameworkCore;

/// <summary>
/// Inserts entries. The unique key of the table decides which are new, so no node needs a lock. There is one class for each way in
/// which databases can do that.
/// </summary>
internal interface IEntryInserter
{
    /// <summary>Inserts all entries that are not there yet, and then reads the mark of the removed ones.</summary>
    /// <param name="context">The context.</param>
    /// <param name="kind">The kind of all entries.</param>
    /// <param name="keys">Different keys, sorted, so that no two nodes wait for each other.</param>
    /// <param name="stop">Cancels it.</param>
    Task<InsertedEntries> InsertAsync(DbContext context, EntryKind kind, IReadOnlyList<EntryKey> keys, CancellationToken stop);
}
