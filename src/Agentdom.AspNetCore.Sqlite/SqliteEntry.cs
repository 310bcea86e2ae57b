namespace Agentdom.AspNetCore.Sqlite;

/// <summary>A pending row with a used signature or a revoked token. The outcome is true if the row is new.</summary>
internal sealed class SqliteEntry(SqliteTable table, SqliteKey key) : SqliteWrite
{
    private bool _isNew;
    private long? _forgottenUntil;

    internal override void Run(SqliteStatements statements)
    {
        var forgotten = statements.ForgottenUntil(table);
        if (key.Until <= forgotten) _forgottenUntil = forgotten;
        else _isNew = statements.Insert(table, key);
    }

    internal override void Complete()
    {
        // A token that may be among the forgotten ones counts as revoked already.
        if (table == SqliteTable.Signatures && _forgottenUntil is { } until) SetException(IssuerStateException.ClockSetBack(until));
        else SetResult(_isNew);
    }
}
