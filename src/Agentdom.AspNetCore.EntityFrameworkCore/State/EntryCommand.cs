using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace Agentdom.AspNetCore.EntityFrameworkCore;

/// <summary>Commands on the connection of the app's context. They cost a fraction of what queries of the context do.</summary>
internal static class EntryCommand
{
    /// <summary>Opens the connection, which the context closes, and makes a command.</summary>
    /// <param name="context">The context.</param>
    /// <param name="sql">SQL without values.</param>
    /// <param name="stop">Stops opening the connection.</param>
    /// <param name="parameters">The parameters' names and values.</param>
    internal static async Task<DbCommand> OpenAsync(
        DbContext context, string sql, CancellationToken stop, params (string Name, object Value)[] parameters)
    {
        await context.Database.OpenConnectionAsync(stop);
        var command = context.Database.GetDbConnection().CreateCommand();
        if (context.Database.GetCommandTimeout() is { } seconds) command.CommandTimeout = seconds;
#pragma warning disable CA2100 // The SQL has names from the model; values are parameters.
        command.CommandText = sql;
#pragma warning restore CA2100
        if (parameters.Length == 0) return command;
        var names = context.GetService<ISqlGenerationHelper>();
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (names.GenerateParameterName(name), value);
            command.Parameters.Add(parameter);
        }
        return command;
    }

    internal static async Task ExecuteAsync(DbContext context, string sql, CancellationToken stop)
    {
        await using var command = await OpenAsync(context, sql, stop);
        await command.ExecuteNonQueryAsync(stop);
    }

    /// <summary>Reads the latest expiry of the entries that were removed.</summary>
    internal static async Task<long> ReadMarkAsync(DbContext context, EntrySql sql, CancellationToken stop)
    {
        await using var command = await OpenAsync(context, sql.Mark, stop);
        return await command.ExecuteScalarAsync(stop) is { } mark and not DBNull ? Convert.ToInt64(mark, null) : long.MinValue;
    }

    /// <summary>Whether there is an entry, or may have been.</summary>
    internal static async Task<bool> FindAsync(DbContext context, EntryKind kind, EntryKey key, CancellationToken stop)
    {
        await using var command = await OpenAsync(
            context, EntrySql.Of(context, kind).Find, stop, (EntrySql.Until, key.Until), (EntrySql.Id, key.IdAsBytes()));
        return await command.ExecuteScalarAsync(stop) is not null;
    }
}
