namespace Agentdom.AspNetCore.Sqlite;

/// <summary>A pending signature. The outcome is true if it is new.</summary>
internal sealed class SqliteSignature(SqliteKey key) : SqliteWrite
{
    private bool _isNew;
    private long? _forgottenUntil;

    internal override void Run(SqliteStatements statements, SqliteSignatures signatures)
    {
        if (key.Until <= signatures.ForgottenUntil) _forgottenUntil = signatures.ForgottenUntil;
        else _isNew = signatures.TryAdd(key);
    }

    internal override void Complete()
    {
        if (_forgottenUntil is { } until) SetException(IssuerStateException.ClockSetBack(until));
        else SetResult(_isNew);
    }
}
