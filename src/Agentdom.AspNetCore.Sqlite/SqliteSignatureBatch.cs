using System.Buffers.Binary;

namespace Agentdom.AspNetCore.Sqlite;

/// <summary>A row with the used signatures of one commit. It is never changed, and deleted once all of them have expired.</summary>
/// <param name="seq">One more than that of the last row, from 1 on. So after the last rows were deleted, their numbers are used again.</param>
/// <param name="entries">Each is an expiry (milliseconds since 1970, UTC; 8 bytes, big-endian) and 16 bytes of a signature.</param>
internal readonly struct SqliteSignatureBatch(long seq, byte[] entries)
{
    private const int ExpiryBytes = sizeof(long);
    private const int EntryBytes = ExpiryBytes + SqliteKey.IdBytes;

    internal static SqliteSignatureBatch Create(long seq, Dictionary<UInt128, long> expiries)
    {
        var entries = new byte[expiries.Count * EntryBytes];
        var free = entries.AsSpan();
        foreach (var (id, expiry) in expiries)
        {
            BinaryPrimitives.WriteInt64BigEndian(free, expiry);
            BinaryPrimitives.WriteUInt128BigEndian(free[ExpiryBytes..], id);
            free = free[EntryBytes..];
        }
        return new SqliteSignatureBatch(seq, entries);
    }

    internal long Seq => seq;

    internal byte[] Entries => entries;

    internal bool IsSame(SqliteSignatureBatch other) => seq == other.Seq && entries.AsSpan().SequenceEqual(other.Entries);

    /// <exception cref="InvalidDataException">The row is damaged.</exception>
    internal void AddTo(ExpiringSet set)
    {
        if (entries.Length % EntryBytes != 0)
            throw new InvalidDataException($"Row {seq} of the used signatures has {entries.Length} bytes.");
        for (var start = 0; start < entries.Length; start += EntryBytes)
        {
            var expiry = BinaryPrimitives.ReadInt64BigEndian(entries.AsSpan(start));
            set.Add(entries, DateTimeOffset.FromUnixTimeMilliseconds(expiry), start + ExpiryBytes);
        }
    }
}
