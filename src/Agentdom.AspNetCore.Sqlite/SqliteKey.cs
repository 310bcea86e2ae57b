namespace Agentdom.AspNetCore.Sqlite;

/// <summary>
/// The key of a revocation or a used signature. The expiry comes first, so that revocations are stored in the order of their expiry and
/// expired ones are found without an additional index.
/// </summary>
internal readonly struct SqliteKey
{
    // 128 bits of a MAC or a hash: a collision takes about 2^64 keys.
    internal const int IdBytes = 16;

    internal SqliteKey(byte[] id, DateTimeOffset until)
    {
        if (id.Length < IdBytes) throw new ArgumentException($"At least {IdBytes} bytes are needed.", nameof(id));
        Until = until.ToUnixTimeMilliseconds();
        Id = id[..IdBytes];
    }

    /// <summary>The expiry in milliseconds since 1970 (UTC).</summary>
    internal long Until { get; }

    /// <summary>The expiry.</summary>
    internal DateTimeOffset Expiry => DateTimeOffset.FromUnixTimeMilliseconds(Until);

    internal byte[] Id { get; }
}
