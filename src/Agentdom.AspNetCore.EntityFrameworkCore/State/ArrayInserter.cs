using System.Globalization;
using Microsoft.EntityFrameworkCore;

namespace Agentdom.AspNetCore.EntityFrameworkCore;

/// <summary>PostgreSQL: one statement with an array for each column, however many entries there are.</summary>
internal sealed class ArrayInserter : IEntryInserter
{
    public async Task<InsertedEntries> InsertAsync(
        DbContext context, EntryKind kind, IReadOnlyList<EntryKey> keys, CancellationToken stop)
    {
        var sql = EntrySql.Of(context, kind);
        // Both statements are one transaction and one message to the server. The second one sees what was committed after the first began.
        await using var command = await EntryCommand.OpenAsync(
            context,
            $"INSERT INTO {sql.Table} ({sql.UntilColumn}, {sql.IdColumn}) SELECT * FROM unnest(@until, @id) ORDER BY 1, 2 "
            + $"ON CONFLICT DO NOTHING RETURNING {sql.UntilColumn}, {sql.IdColumn}; {sql.Mark}",
            stop,
            (EntrySql.Until, keys.Select(static key => key.Until).ToArray()),
            (EntrySql.Id, keys.Select(static key => key.IdAsBytes()).ToArray()));
        await using var reader = await command.ExecuteReaderAsync(stop);
        var added = new HashSet<EntryKey>();
        while (await reader.ReadAsync(stop)) added.Add(new EntryKey(reader.GetFieldValue<byte[]>(1), reader.GetInt64(0)));
        await reader.NextResultAsync(stop);
        var mark = await reader.ReadAsync(stop) ? Convert.ToInt64(reader.GetValue(0), CultureInfo.InvariantCulture) : long.MinValue;
        // To the end, because the server commits last.
        while (await reader.NextResultAsync(stop))
        {
        }
        return new InsertedEntries(added, mark);
    }
}
