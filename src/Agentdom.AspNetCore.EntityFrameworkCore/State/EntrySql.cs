using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;

namespace Agentdom.AspNetCore.EntityFrameworkCore;

/// <summary>
/// SQL for the entries of a kind. The names of tables and columns are those of the app's model, which conventions and a default schema
/// may have changed.
/// </summary>
internal sealed class EntrySql
{
    /// <summary>The parameters.</summary>
    internal const string Until = "until", Id = "id";

    private static readonly ConditionalWeakTable<IModel, EntrySql[]> s_known = [];

    private EntrySql(DbContext context, EntryKind kind)
    {
        var names = context.GetService<ISqlGenerationHelper>();
        var (table, columns) = Names(context, names, RowType(kind), nameof(EntryRow.Until), nameof(EntryRow.Id));
        var (marks, mark) = Names(context, names, typeof(ForgottenRow), nameof(ForgottenRow.Source), nameof(ForgottenRow.Until));
        var (until, id) = (names.GenerateParameterNamePlaceholder(Until), names.GenerateParameterNamePlaceholder(Id));
        (Table, UntilColumn, IdColumn) = (table, columns[0], columns[1]);
        Mark = $"SELECT {mark[1]} FROM {marks} WHERE {mark[0]} = '{kind}'";
        // What expires no later than a removed entry may have been removed too. That matters if a clock was set back.
        Find = $"SELECT 1 FROM {table} WHERE {columns[0]} = {until} AND {columns[1]} = {id} UNION ALL "
            + $"SELECT 1 FROM {marks} WHERE {mark[0]} = '{kind}' AND {mark[1]} >= {until}";
    }

    internal string Table { get; }

    internal string UntilColumn { get; }

    internal string IdColumn { get; }

    /// <summary>Reads the latest expiry of the entries that were removed.</summary>
    internal string Mark { get; }

    /// <summary>Returns a row if there is an entry with these parameters, or if there may have been.</summary>
    internal string Find { get; }

    internal static EntrySql Of(DbContext context, EntryKind kind) => s_known.GetValue(
        context.Model, _ => [.. Enum.GetValues<EntryKind>().Select(each => new EntrySql(context, each))])[(int)kind];

    private static Type RowType(EntryKind kind) => kind == EntryKind.Signatures ? typeof(SignatureRow) : typeof(RevocationRow);

    private static (string Table, string[] Columns) Names(
        DbContext context, ISqlGenerationHelper names, Type type, params IEnumerable<string> properties)
    {
        var entity = context.Model.FindEntityType(type)!;
        var table = StoreObjectIdentifier.Create(entity, StoreObjectType.Table)!.Value;
        return (names.DelimitIdentifier(table.Name, table.Schema),
            [.. properties.Select(property => names.DelimitIdentifier(entity.FindProperty(property)!.GetColumnName(table)!))]);
    }
}
