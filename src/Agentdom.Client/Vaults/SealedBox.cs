using System.Security.Cryptography;
using System.Text;
#if !NET
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Modes;
using Org.BouncyCastle.Crypto.Parameters;
#endif

namespace Agentdom.Client;

/// <summary>
/// One encrypted entry: a format byte, a 12-byte random nonce, the AES-256-GCM ciphertext and its 16-byte tag
/// (NIST SP 800-38D). The entry's file name is authenticated with it, so entries cannot be swapped.
/// </summary>
internal static class SealedBox
{
    private const byte Format = 1;
    private const int NonceSize = 12;
    private const int TagSize = 16;
    private const int HeaderSize = 1 + NonceSize;

    internal static byte[] Seal(byte[] key, byte[] plaintext, string fileName)
    {
        var box = new byte[HeaderSize + plaintext.Length + TagSize];
        box[0] = Format;
        var nonce = RandomBytes.Make(NonceSize);
        nonce.CopyTo(box, 1);
        var associated = AssociatedData(fileName);
#if NET
        using var aes = new AesGcm(key, TagSize);
        aes.Encrypt(nonce, plaintext, box.AsSpan(HeaderSize, plaintext.Length), box.AsSpan(HeaderSize + plaintext.Length), associated);
#else
        var sealedBytes = Process(true, key, nonce, associated, plaintext, 0, plaintext.Length);
        sealedBytes.CopyTo(box, HeaderSize);
#endif
        return box;
    }

    /// <exception cref="CryptographicException">The entry is damaged, or was encrypted with another key or for another file.</exception>
    internal static byte[] Open(byte[] key, byte[] box, string fileName)
    {
        if (box.Length < HeaderSize + TagSize || box[0] != Format)
            throw new CryptographicException("The entry is not in a known format.");
        var nonce = box.AsSpan(1, NonceSize).ToArray();
        var length = box.Length - HeaderSize - TagSize;
        var associated = AssociatedData(fileName);
#if NET
        var plaintext = new byte[length];
        using var aes = new AesGcm(key, TagSize);
        aes.Decrypt(nonce, box.AsSpan(HeaderSize, length), box.AsSpan(HeaderSize + length), plaintext, associated);
        return plaintext;
#else
        try
        {
            return Process(false, key, nonce, associated, box, HeaderSize, length + TagSize);
        }
        catch (InvalidCipherTextException e)
        {
            throw new CryptographicException("The entry's authentication tag does not match.", e);
        }
#endif
    }

    private static byte[] AssociatedData(string fileName) => Encoding.UTF8.GetBytes($"agentdom/vault/v{Format}/{fileName}");

#if !NET
    private static byte[] Process(
        bool encrypt, byte[] key, byte[] nonce, byte[] associated, byte[] input, int offset, int length)
    {
        var cipher = new GcmBlockCipher(new AesEngine());
        cipher.Init(encrypt, new AeadParameters(new KeyParameter(key), TagSize * 8, nonce, associated));
        var output = new byte[cipher.GetOutputSize(length)];
        var written = cipher.ProcessBytes(input, offset, length, output, 0);
        cipher.DoFinal(output, written);
        return output;
    }
#endif
}
