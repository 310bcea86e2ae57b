namespace Agentdom.AspNetCore.Sqlite;

/// <summary>A pending write. Its task completes once the write is on the disk, with its outcome.</summary>
internal abstract class SqliteWrite() : TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    /// <summary>Writes inside the transaction of a batch. The outcome is final only after it was committed.</summary>
    internal abstract void Run(SqliteStatements statements, SqliteSignatures signatures);

    /// <summary>Completes the task after the commit.</summary>
    internal abstract void Complete();
}
