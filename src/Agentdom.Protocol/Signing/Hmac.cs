using System.Security.Cryptography;
using System.Text;
#if !NET
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Utilities;
#endif

namespace Agentdom.Protocol;

/// <summary>HMAC-SHA256 (RFC 2104), keys derived with it (HKDF, RFC 5869), and comparison in constant time.</summary>
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

    /// <summary>HKDF-SHA256 without a salt.</summary>
    /// <returns>32 bytes.</returns>
    internal static byte[] DeriveKey(byte[] inputKey, string info)
    {
        var context = Encoding.UTF8.GetBytes(info);
#if NET
        return HKDF.DeriveKey(HashAlgorithmName.SHA256, inputKey, Size, salt: null, context);
#else
        var derived = new byte[Size];
        var hkdf = new HkdfBytesGenerator(new Sha256Digest());
        hkdf.Init(new HkdfParameters(inputKey, salt: null, context));
        hkdf.GenerateBytes(derived, 0, Size);
        return derived;
#endif
    }

    /// <summary>An id of a key that reveals nothing about it: 16 lower-case hex digits.</summary>
    internal static string DeriveId(byte[] key, string info) => Hex.Encode(DeriveKey(key, info)).Substring(0, 16);

    internal static bool FixedTimeEquals(byte[] left, byte[] right) =>
#if NET
        CryptographicOperations.FixedTimeEquals(left, right);
#else
        Arrays.FixedTimeEquals(left, right);
#endif
}
