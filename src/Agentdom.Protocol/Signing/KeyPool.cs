using System.Collections.Concurrent;

namespace Agentdom.Protocol;

/// <summary>Copies of a key, one for each thread that signs, because .NET's objects for keys need not be thread-safe.</summary>
/// <param name="create">Creates a copy.</param>
/// <param name="sign">Signs with a copy.</param>
internal sealed class KeyPool<TKey>(Func<TKey> create, Func<TKey, byte[], byte[]> sign)
{
    private readonly ConcurrentBag<TKey> _idle = [];

    internal byte[] Sign(byte[] data)
    {
        if (!_idle.TryTake(out var key)) key = create();
        var signature = sign(key, data);
        // Not after a failure, because the key may then contain a part of the data.
        _idle.Add(key);
        return signature;
    }
}
