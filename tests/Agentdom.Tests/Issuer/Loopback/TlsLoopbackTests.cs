using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Agentdom.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace Agentdom.Tests.Issuer;

/// <summary>The loopback server with https, used by the real client and by an ordinary one.</summary>
[Collection(PowerShellCollection.Name)]
public sealed class TlsLoopbackTests
{
    private const string Name = "Agentdom test server";

    [Fact]
    public async Task AClientOfThisProcessNeedsNeitherSchemeNorTrust()
    {
        using var server = Start();
        using var agent = new Agent();

        foreach (var host in new[] { $"localhost:{server.Port}", $"127.0.0.1:{server.Port}", $"https://localhost:{server.Port}" })
        {
            var token = await agent.AcquireAsync(host);
            Assert.Equal("https", token.TokenEndpoint.Scheme);
            Assert.Equal(server.Port, token.TokenEndpoint.Port);
            Assert.True((await agent.VerifyAsync(token.VerifyEndpoint, token.AccessToken)).IsValid);
            await agent.RevokeAsync(token.RevokeEndpoint, token.AccessToken);
            Assert.False((await agent.VerifyAsync(token.VerifyEndpoint, token.AccessToken)).IsValid);
            Assert.True(server.Is(AtpHost.Parse(host)));
        }
        Assert.False(server.Is(AtpHost.Parse($"http://localhost:{server.Port}")));
    }

    [Fact]
    public async Task AnOrdinaryClientTrustsItOnLinuxUntilItStops()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems would ask the user.");
        var before = Trusted();
        var server = Start();
        try
        {
            Assert.True(server.IsTrusted);
            using var http = new HttpClient();
            // Two requests, the second with a body, and each on a connection of its own.
            using var manifest = await http.GetAsync(new Uri(server.Host.Origin, ".well-known/agentdom.json"));
            Assert.Contains($"https://localhost:{server.Port}/v1/agent-tokens", await manifest.Content.ReadAsStringAsync());
            using var refused = await http.PostAsync(
                new Uri(server.Host.Origin, "v1/agent-tokens"), new StringContent(new string('x', 100_000)));
            Assert.Equal(415, (int)refused.StatusCode);
            Assert.Single(Trusted().Except(before));
        }
        finally
        {
            server.Dispose();
        }
        Assert.Empty(Trusted().Except(before));
    }

    [Fact]
    public async Task AnotherServerWithTlsIsNotTrusted()
    {
        var folder = TestPaths.NewFolder();
        using var authority = new ThrowawayAuthority(folder);
        await using var host = await TestHost.StartAsync(
            static _ => { },
            builder => builder.WebHost.ConfigureKestrel(
                kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(authority.CertificateFor("localhost")))));
        using var agent = new Agent(new HastyTime());
        // As if it had the port of this process's server.
        OwnTlsServer.Set(new Uri($"https://{host.Name}").Port, [1, 2, 3]);
        try
        {
            await Agent.FailsAsync(AtpError.CertificateInvalid, () => agent.DiscoverAsync(host.Name));
        }
        finally
        {
            OwnTlsServer.Clear();
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void ItsCertificateIsForLoopbackAloneAndForADay()
    {
        using var made = new ThrowawayCertificate();
        var certificate = made.Certificate;

        Assert.True(certificate.NotAfter - DateTime.Now <= TimeSpan.FromDays(1));
        Assert.False(certificate.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority);
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single();
        Assert.Equal(["localhost"], names.EnumerateDnsNames());
        Assert.Equal(["127.0.0.1", "::1"], names.EnumerateIPAddresses().Select(a => a.ToString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void APortThatIsTakenLeavesNothingBehind()
    {
        var before = OperatingSystem.IsLinux() ? Trusted() : [];
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;

        Assert.Equal(AtpError.PortTaken, Assert.Throws<AtpException>(() => Start(port)).Error);

        Assert.Equal("http", AtpHost.Parse($"localhost:{port}").Origin.Scheme);
        if (OperatingSystem.IsLinux()) Assert.Empty(Trusted().Except(before));
    }

    [Fact]
    public async Task WhoSpeaksNoTlsGetsNoAnswerAndDisturbsNobody()
    {
        using var server = Start();
        using (var plain = new TcpClient())
        {
            await plain.ConnectAsync("127.0.0.1", server.Port);
            await plain.GetStream().WriteAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
            using var reader = new StreamReader(plain.GetStream(), System.Text.Encoding.Latin1);
            Assert.DoesNotContain("HTTP/1.1", await ReadAsync(reader));
        }
        using var agent = new Agent();
        Assert.NotNull(await agent.DiscoverAsync($"localhost:{server.Port}"));
    }

    private static LoopbackServer Start(int port = 0) =>
        new(port, new TokenIssuerOptions { Secrets = { TestIssuer.SecretText }, Scopes = { "data.read" } }, isHttps: true);

    private static List<string> Trusted()
    {
        using var store = new X509Store(StoreName.Root, StoreLocation.CurrentUser, OpenFlags.ReadOnly);
        return [.. store.Certificates.Where(static c => c.GetNameInfo(X509NameType.SimpleName, forIssuer: false) == Name)
            .Select(static c => c.Thumbprint)];
    }

    private static async Task<string> ReadAsync(StreamReader reader)
    {
        try
        {
            return await reader.ReadToEndAsync();
        }
        catch (IOException)
        {
            // Reset, which is no answer either.
            return "";
        }
    }
}
