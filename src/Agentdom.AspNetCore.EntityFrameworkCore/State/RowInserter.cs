using Microsoft.EntityFrameworkCore;

namespace Agentdom.AspNetCore.EntityFrameworkCore;

/// <summary>SQLite: one statement for each entry, in one transaction, since there is no network between them.</summary>
internal sealed class RowInserter : IEntryInserter
{
    public async Task<InsertedEntries> InsertAsync(
        DbContext context, EntryKind kind, IReadOnlyList<EntryKey> keys, CancellationToken stop)
    {
        var sql = EntrySql.Of(context, kind);
        // As commands: the provider's own BEGIN waits for a locked file for its default of 30 seconds.
        await EntryCommand.ExecuteAsync(context, "BEGIN IMMEDIATE", stop);
        try
        {
            var added = await InsertAsync(context, sql, keys, stop);
            var mark = await EntryCommand.ReadMarkAsync(context, sql, stop);
            await EntryCommand.ExecuteAsync(context, "COMMIT", stop);
            return new InsertedEntries(added, mark);
        }
        catch
        {
            await RollBackAsync(context);
            throw;
        }
    }

    private static async Task<HashSet<EntryKey>> InsertAsync(
        DbContext context, EntrySql sql, IReadOnlyList<EntryKey> keys, CancellationToken stop)
    {
        await using var command = await EntryCommand.OpenAsync(
            context,
            $"INSERT INTO {sql.Table} ({sql.UntilColumn}, {sql.IdColumn}) VALUES (@until, @id) ON CONFLICT DO NOTHING",
            stop, (EntrySql.Until, 0L), (EntrySql.Id, Array.Empty<byte>()));
        var added = new HashSet<EntryKey>();
        foreach (var key in keys)
        {
            (command.Parameters[0].Value, command.Parameters[1].Value) = (key.Until, key.IdAsBytes());
            if (await command.ExecuteNonQueryAsync(stop) == 1) added.Add(key);
        }
        return added;
    }

    private static async Task RollBackAsync(DbContext context)
    {
        try
        {
            await EntryCommand.ExecuteAsync(context, "ROLLBACK", CancellationToken.None);
        }
        catch (System.Data.Common.DbException)
        {
            // SQLite has rolled back by itself, for example because the disk is full.
        }
    }
}
