namespace Agentdom.AspNetCore.Sqlite;

/// <summary>A pending revocation. The outcome is true.</summary>
internal sealed class SqliteRevocation(SqliteKey key) : SqliteWrite
{
    internal override void Run(SqliteStatements statements, SqliteSignatures signatures) => statements.Revoke(key);

    internal override void Complete() => SetResult(true);
}
