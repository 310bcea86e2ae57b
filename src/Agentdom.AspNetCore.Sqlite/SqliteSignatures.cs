using System.Buffers.Binary;

namespace Agentdom.AspNetCore.Sqlite;

/// <summary>
/// The used signatures. In the file, each commit appends one row, so that it writes few pages. Whether a signature is there is looked
/// up in memory. So each transaction first reads the rows that other processes have appended. For one thread at a time.
/// </summary>
internal sealed class SqliteSignatures(TimeProvider time)
{
    // Only committed ones. A limit of their number would refuse requests that the disk has room for.
    private readonly ExpiringSet _committed = new(int.MaxValue, time);
    private readonly Dictionary<UInt128, long> _new = [];
    private SqliteSignatureBatch _last;
    private SqliteSignatureBatch? _appended;
    private long _forgottenInFile;

    /// <summary>
    /// The latest expiry of all signatures that were deleted from the file or dropped from memory before this transaction
    /// (milliseconds since 1970, UTC).
    /// </summary>
    internal long ForgottenUntil => Math.Max(_forgottenInFile, _committed.ForgottenUntil);

    /// <summary>Reads what was committed since the last transaction, inside the next one.</summary>
    internal void Begin(SqliteStatements statements)
    {
        _new.Clear();
        _appended = null;
        _forgottenInFile = statements.ForgottenSignatures();
        if (TryReadAfter(_last, statements)) return;
        // What was in the file before is kept in memory: it was used, even if an older file, which was restored, does not contain it.
        _last = default;
        TryReadAfter(_last, statements);
    }

    /// <returns>Whether the signature is new.</returns>
    internal bool TryAdd(SqliteKey key) =>
        !_committed.Contains(key.Id, key.Expiry) && _new.TryAdd(BinaryPrimitives.ReadUInt128BigEndian(key.Id), key.Until);

    /// <summary>Appends the new signatures to the file.</summary>
    internal void Append(SqliteStatements statements)
    {
        if (_new.Count == 0) return;
        var batch = SqliteSignatureBatch.Create(_last.Seq + 1, _new);
        statements.Append(batch, _new.Values.Max());
        _appended = batch;
    }

    /// <summary>Takes over what was appended, after the commit. If that has failed, the next transaction reads what is there.</summary>
    internal void Committed()
    {
        if (_appended is { } batch) Take(batch);
        _appended = null;
    }

    /// <returns>False if that row is not there or another one, so that the rows before it may be others too.</returns>
    private bool TryReadAfter(SqliteSignatureBatch last, SqliteStatements statements)
    {
        var isKnown = last.Seq == 0;
        foreach (var batch in statements.SignaturesFrom(last.Seq))
        {
            if (isKnown) Take(batch);
            else if (batch.IsSame(last)) isKnown = true;
            else return false;
        }
        return isKnown;
    }

    private void Take(SqliteSignatureBatch batch)
    {
        batch.AddTo(_committed);
        _last = batch;
    }
}
