using System.Collections.Concurrent;

namespace Agentdom.Issuer;

/// <summary>Copies of a private key, one for each thread that signs, because .NET's objects for keys need not be thread-safe.</summary>
/// <param name="create">Creates a copy.</param>
/// <param name="sign">Signs with a copy.</param>
internal sealed class KeyPool<TKey>(Func<TKey> create, Func<TKey, byte[], byte[]> sign)
{
    private readonly ConcurrentBag<TKey> _idle = [];

    internal byte[] Sign(byte[] data)
    {
        if (!_idle.TryTake(out var key)) key = create();
        try
        {
            return sign(key, data);
        }
        finally
        {
            _idle.Add(key);
        }
    }
}
