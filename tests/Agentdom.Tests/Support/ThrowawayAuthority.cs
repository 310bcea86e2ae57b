using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Agentdom.Tests.Support;

/// <summary>A certificate authority that nobody trusts but those who are given its file.</summary>
internal sealed class ThrowawayAuthority : IDisposable
{
    private readonly RSA _key = RSA.Create(2048);
    private readonly X509Certificate2 _root;
    private readonly DateTimeOffset _from = DateTimeOffset.UtcNow.AddDays(-1);
    private readonly DateTimeOffset _to = DateTimeOffset.UtcNow.AddDays(2);

    /// <param name="folder">The folder for its certificate.</param>
    internal ThrowawayAuthority(string folder)
    {
        var request = new CertificateRequest("CN=throwaway authority", _key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _root = request.CreateSelfSigned(_from, _to);
        File = Path.Combine(folder, "ca.pem");
        System.IO.File.WriteAllText(File, _root.ExportCertificatePem());
    }

    /// <summary>Its certificate, as <c>SSL_CERT_FILE</c> and <c>NODE_EXTRA_CA_CERTS</c> take it.</summary>
    internal string File { get; }

    /// <summary>A certificate for a server, with its key.</summary>
    internal X509Certificate2 CertificateFor(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(_root, _from, _to.AddDays(-1), RandomNumberGenerator.GetBytes(8));
        return certificate.CopyWithPrivateKey(key);
    }

    public void Dispose()
    {
        _root.Dispose();
        _key.Dispose();
    }
}
