using System.Security.Cryptography.X509Certificates;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.PublishedAgentdom;

/// <summary>The sample issuer with a certificate of a throwaway authority, because the published tools know only https.</summary>
internal static class TlsSample
{
    /// <summary>Starts one that listens at a port over https, and at another over http for the test itself.</summary>
    internal static async Task<SampleIssuer> StartAsync(
        ThrowawayAuthority authority, string folder, int port, string state, params (string Name, string? Value)[] settings)
    {
        var (certificate, key) = (Path.Combine(folder, $"{port}.pem"), Path.Combine(folder, $"{port}.key"));
        using (var server = authority.CertificateFor("localhost"))
        {
            await File.WriteAllTextAsync(certificate, server.ExportCertificatePem());
            await File.WriteAllTextAsync(key, server.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem());
        }
        // The first address is the one that the test uses itself.
        return await SampleIssuer.StartWithAsync(
            state,
            [
                .. settings, ("Kestrel__Endpoints__A__Url", "http://127.0.0.1:0"),
                ("Kestrel__Endpoints__B__Url", $"https://127.0.0.1:{port}"), ("Kestrel__Certificates__Default__Path", certificate),
                ("Kestrel__Certificates__Default__KeyPath", key),
            ]);
    }
}
