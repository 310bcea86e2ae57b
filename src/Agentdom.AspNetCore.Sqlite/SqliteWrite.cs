namespace Agentdom.AspNetCore.Sqlite;

/// <summary>A row that waits to be written. The task ends once it is on the disk: true where the row is new.</summary>
internal sealed class SqliteWrite(SqliteTable table, SqliteKey key)
    : TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    internal SqliteTable Table => table;

    internal SqliteKey Key => key;

    /// <summary>True where the row was not there, which counts only once its transaction has ended well.</summary>
    internal bool IsNew { get; set; }
}
