#if NET
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Agentdom.Issuer;

/// <summary>
/// A certificate for loopback names, which is made for one server and lost with it. It can sign no other certificate. On Linux its
/// private key is in this process's memory only; Windows and macOS keep it in a temporary key container of the user.
/// </summary>
/// <remarks>
/// On Linux it is put into the user's store of trusted roots that .NET reads, so that <c>Invoke-RestMethod</c> accepts it, and so does
/// every other .NET program of this user. It is taken out again when the server stops, and when the process exits or is ended by a
/// signal. A process that is killed leaves it there until the next server starts. The stores of Windows and macOS would ask the user.
/// </remarks>
internal sealed class ThrowawayCertificate : IDisposable
{
    private const string CommonName = "Agentdom test server";
    private const string OrganizationalUnit = "2.5.4.11";
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private static readonly TimeSpan s_life = TimeSpan.FromDays(1);
    private static readonly TimeSpan s_clocks = TimeSpan.FromMinutes(5);

    // A certificate has whole seconds, and the start of a process is computed from the age of the system.
    private static readonly TimeSpan s_startAccuracy = TimeSpan.FromSeconds(2);

    // They end a process without its exit event.
    private static readonly PosixSignal[] s_ending = [PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT];

    private readonly X509Certificate2 _public;
    private readonly PosixSignalRegistration[] _signals = [];

    internal ThrowawayCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(CommonName);
        subject.AddOrganizationalUnitName(Maker(Environment.ProcessId));
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
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
        if (!IsTrusted) return;
        AppDomain.CurrentDomain.ProcessExit += Remove;
        _signals = [.. s_ending.Select(signal => PosixSignalRegistration.Create(signal, _ => Remove()))];
    }

    /// <summary>The certificate with its private key.</summary>
    internal X509Certificate2 Certificate { get; }

    /// <summary>Whether the .NET programs of this user, such as <c>Invoke-RestMethod</c>, accept it.</summary>
    internal bool IsTrusted { get; }

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= Remove;
        foreach (var signal in _signals) signal.Dispose();
        Remove();
        Certificate.Dispose();
        _public.Dispose();
    }

    private void Add(X509Store store)
    {
        foreach (var old in store.Certificates.Where(static c => c.GetNameInfo(X509NameType.SimpleName, forIssuer: false) == CommonName))
        {
            if (old.NotAfter < DateTime.Now || IsOfDeadProcess(old)) store.Remove(old);
        }
        store.Add(_public);
    }

    private void Remove(object? sender, EventArgs e) => Remove();

    private void Remove()
    {
        if (IsTrusted) TryInStore(store => store.Remove(_public));
    }

    // The home folder may be shared with other machines and containers, whose processes are not seen here.
    private static string Maker(int process) => string.Format(CultureInfo.InvariantCulture, "{0} on {1}", process, Environment.MachineName);

    private static bool IsOfDeadProcess(X509Certificate2 old)
    {
        var unit = old.SubjectName.EnumerateRelativeDistinguishedNames()
            .FirstOrDefault(static name => !name.HasMultipleElements && name.GetSingleElementType().Value == OrganizationalUnit)
            ?.GetSingleElementValue();
        if (unit is null || !int.TryParse(unit.Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            || unit != Maker(id)) return false;
        try
        {
            using var process = Process.GetProcessById(id);
            // A process that started later than the certificate was made has only the id of its maker.
            return process.StartTime > old.NotBefore + s_clocks + s_startAccuracy;
        }
        catch (ArgumentException)
        {
            return true;
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // It has just ended, or cannot be asked.
            return false;
        }
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
