using System.Security.Cryptography;
using System.Text;

namespace Agentdom.Protocol;

/// <summary>SHA-256 (FIPS 180-4).</summary>
internal static class Sha256
{
    internal static byte[] Compute(byte[] data)
    {
#if NET
        return SHA256.HashData(data);
#else
        using var sha = SHA256.Create();
        return sha.ComputeHash(data);
#endif
    }

    /// <summary>The hash of a text's UTF-8 bytes, as 64 lower-case hex digits.</summary>
    internal static string OfText(string text) => Hex.Encode(Compute(Encoding.UTF8.GetBytes(text)));
}
