using System.Security.Cryptography;

namespace Agentdom.Protocol;

/// <summary>
/// Signs many bodies with the same secret, on one thread at a time. Preparing the key takes as long as signing a short body, so
/// it is done once. The prepared key is removed from memory on <see cref="Dispose"/>.
/// </summary>
internal sealed class BodySigner(SharedSecret secret) : IDisposable
{
#if NET
    // Unlike HMACSHA256, this keeps no copy of the key in managed memory.
    private readonly IncrementalHash _hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret.Bytes.AsSpan());
#else
    private readonly HMACSHA256 _hmac = new(secret.Bytes);
#endif

    /// <summary>Signs a canonical body, in UTF-8.</summary>
    /// <returns>32 bytes.</returns>
    internal byte[] Sign(byte[] canonicalBody)
    {
#if NET
        _hmac.AppendData(canonicalBody);
        return _hmac.GetHashAndReset();
#else
        return _hmac.ComputeHash(canonicalBody);
#endif
    }

    /// <inheritdoc/>
    public void Dispose() => _hmac.Dispose();
}
