using System.Security.Cryptography;
using System.Text;

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

    /// <inheritdoc cref="AtpSigner.Sign(string, SharedSecret)"/>
    internal string Sign(string canonicalBody)
    {
        var body = Encoding.UTF8.GetBytes(canonicalBody);
#if NET
        _hmac.AppendData(body);
        return Hex.Encode(_hmac.GetHashAndReset());
#else
        return Hex.Encode(_hmac.ComputeHash(body));
#endif
    }

    /// <inheritdoc/>
    public void Dispose() => _hmac.Dispose();
}
