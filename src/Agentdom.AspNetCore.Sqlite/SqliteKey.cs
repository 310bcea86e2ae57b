namespace Agentdom.AspNetCore.Sqlite;

/// <summary>
/// What a row is found by. The moment comes first: rows lie in the order in which they end, so that new ones are written
/// side by side and ended ones are found without an index of their own.
/// </summary>
internal readonly struct SqliteKey
{
    // 128 bits of a MAC or a hash: a collision would take 2^64 of them.
    private const int IdBytes = 16;

    internal SqliteKey(byte[] id, DateTimeOffset until)
    {
        if (id.Length < IdBytes) throw new ArgumentException($"At least {IdBytes} bytes are needed.", nameof(id));
        Until = until.ToUnixTimeMilliseconds();
        Id = id[..IdBytes];
    }

    /// <summary>Milliseconds since 1970 (UTC).</summary>
    internal long Until { get; }

    internal byte[] Id { get; }
}
