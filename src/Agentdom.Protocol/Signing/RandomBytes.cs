using System.Security.Cryptography;

namespace Agentdom.Protocol;

/// <summary>Bytes from the system's cryptographic random generator.</summary>
internal static class RandomBytes
{
    internal static byte[] Make(int count)
    {
        var bytes = new byte[count];
        using var random = RandomNumberGenerator.Create();
        random.GetBytes(bytes);
        return bytes;
    }
}
