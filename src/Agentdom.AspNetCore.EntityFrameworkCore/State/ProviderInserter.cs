using Microsoft.EntityFrameworkCore;

namespace Agentdom.AspNetCore.EntityFrameworkCore;

/// <summary>Chooses the way in which the app's database provider inserts entries.</summary>
internal sealed class ProviderInserter : IEntryInserter
{
    private readonly ArrayInserter _arrays = new();
    private readonly RowInserter _rows = new();
    private readonly PortableInserter _portable = new();

    public Task<InsertedEntries> InsertAsync(
        DbContext context, EntryKind kind, IReadOnlyList<EntryKey> keys, CancellationToken stop)
    {
        IEntryInserter inserter = context.Database.ProviderName switch
        {
            "Npgsql.EntityFrameworkCore.PostgreSQL" => _arrays,
            "Microsoft.EntityFrameworkCore.Sqlite" => _rows,
            _ => _portable,
        };
        return inserter.InsertAsync(context, kind, keys, stop);
    }
}
