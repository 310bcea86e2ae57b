using System.Buffers.Binary;

namespace Agentdom.AspNetCore.EntityFrameworkCore;

/// <summary>The key of an entry: its expiry in milliseconds since 1970 (UTC), and 16 bytes.</summary>
internal readonly record struct EntryKey(long Until, UInt128 Id) : IComparable<EntryKey>
{
    // 128 bits of a MAC or a hash: a collision takes about 2^64 keys.
    internal const int IdBytes = 16;

    internal EntryKey(ReadOnlySpan<byte> id, long until) : this(until, BinaryPrimitives.ReadUInt128BigEndian(id))
    {
    }

    internal byte[] IdAsBytes()
    {
        var bytes = new byte[IdBytes];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, Id);
        return bytes;
    }

    public int CompareTo(EntryKey other) => (Until, Id).CompareTo((other.Until, other.Id));
}
