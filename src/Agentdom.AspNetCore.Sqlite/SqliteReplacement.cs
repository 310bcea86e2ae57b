namespace Agentdom.AspNetCore.Sqlite;

/// <summary>A pending set of managed tokens. The outcome is true if it has replaced the one with the version.</summary>
internal sealed class SqliteReplacement(byte[] agent, Guid? version, ManagedTokenSet? replacement) : SqliteWrite
{
    private bool _isDone;

    internal override void Run(SqliteStatements statements, SqliteSignatures signatures) =>
        _isDone = statements.Replace(agent, version, replacement);

    internal override void Complete() => SetResult(_isDone);
}
