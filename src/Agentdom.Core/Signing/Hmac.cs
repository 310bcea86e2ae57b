using System.Security.Cryptography;
using System.Text;
#if !NET
using System.Runtime.CompilerServices;
#endif

namespace Agentdom.Core.Signing;

/// <summary>HMAC-SHA256 (RFC 2104), keys derived with it (HKDF, RFC 5869), and comparing in constant time.</summary>
internal static class Hmac
{
    internal const int Size = 32;

    internal static byte[] Compute(byte[] key, byte[] data)
    {
#if NET
        return HMACSHA256.HashData(key, data);
#else
        using var hmac = new HMACSHA256(key);
        return hmac.ComputeHash(data);
#endif
    }

    /// <summary>HKDF-SHA256 with no salt and 32 bytes of output, which is its first block.</summary>
    internal static byte[] DeriveKey(byte[] inputKey, string info)
    {
        var pseudorandomKey = Compute(new byte[Size], inputKey);
        var firstBlock = Encoding.UTF8.GetBytes(info + "\u0001");
        return Compute(pseudorandomKey, firstBlock);
    }

#if NET
    internal static bool FixedTimeEquals(byte[] left, byte[] right) => CryptographicOperations.FixedTimeEquals(left, right);
#else
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.NoOptimization)]
    internal static bool FixedTimeEquals(byte[] left, byte[] right)
    {
        if (left.Length != right.Length) return false;
        var difference = 0;
        for (var i = 0; i < left.Length; i++) difference |= left[i] ^ right[i];
        return difference == 0;
    }
#endif
}
