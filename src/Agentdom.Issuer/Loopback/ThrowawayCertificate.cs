#if NET
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Agentdom.Issuer;

/// <summary>
/// A certificate for loopback names, which is made for one server and lost with it. Its private key is in this process's memory only,
/// and it can sign no other certificate.
/// </summary>
/// <remarks>
/// On Linux it is put into the user's store of trusted roots that .NET reads, so that <c>Invoke-RestMethod</c> accepts it, and taken out
/// again when the server stops or the process exits. The stores of Windows and macOS would ask the user.
/// </remarks>
internal sealed class ThrowawayCertificate : IDisposable
{
    private const string Subject = "CN=Agentdom test server";
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private static readonly TimeSpan s_life = TimeSpan.FromDays(1);
    private static readonly TimeSpan s_clocks = TimeSpan.FromMinutes(5);

    private readonly X509Certificate2 _public;

    internal ThrowawayCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(Subject, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(
            new OidCollection { new Oid(ServerAuthentication) }, critical: false));
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow - s_clocks, DateTimeOffset.UtcNow + s_life);
        // On Windows a server can only use a certificate whose key was loaded from a file.
        Certificate = new X509Certificate2(made.Export(X509ContentType.Pkcs12));
        _public = new X509Certificate2(made.RawData);
        IsTrusted = OperatingSystem.IsLinux() && TryInStore(Add);
        if (IsTrusted) AppDomain.CurrentDomain.ProcessExit += Remove;
    }

    /// <summary>The certificate with its private key.</summary>
    internal X509Certificate2 Certificate { get; }

    /// <summary>Whether other programs of this process, such as <c>Invoke-RestMethod</c>, accept it.</summary>
    internal bool IsTrusted { get; }

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= Remove;
        Remove(null, EventArgs.Empty);
        Certificate.Dispose();
        _public.Dispose();
    }

    private void Add(X509Store store)
    {
        // Of processes that were killed.
        foreach (var old in store.Certificates.Find(X509FindType.FindBySubjectDistinguishedName, Subject, validOnly: false))
        {
            if (old.NotAfter < DateTime.Now) store.Remove(old);
        }
        store.Add(_public);
    }

    private void Remove(object? sender, EventArgs e)
    {
        if (IsTrusted) TryInStore(store => store.Remove(_public));
    }

    private static bool TryInStore(Action<X509Store> work)
    {
        try
        {
            using var store = new X509Store(StoreName.Root, StoreLocation.CurrentUser);
            store.Open(OpenFlags.ReadWrite);
            work(store);
            return true;
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            // No home folder, or one that cannot be written.
            return false;
        }
    }
}
#endif
