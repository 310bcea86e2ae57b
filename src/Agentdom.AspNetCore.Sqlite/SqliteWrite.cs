namespace Agentdom.AspNetCore.Sqlite;

/// <summary>A pending row. Its task completes once the row is on the disk, with true if the row is new.</summary>
internal sealed class SqliteWrite(SqliteTable table, SqliteKey key)
    : TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    internal SqliteTable Table => table;

    internal SqliteKey Key => key;

    /// <summary>Whether the row is new. It is final only after the transaction was committed.</summary>
    internal bool IsNew { get; set; }

    /// <summary>Up to which expiry rows were forgotten, if this one may be among them; else null.</summary>
    internal long? ForgottenUntil { get; set; }
}
