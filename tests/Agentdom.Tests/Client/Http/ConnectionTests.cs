using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Agentdom.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace Agentdom.Tests.Client;

/// <summary>Connection failures: name, connection or certificate.</summary>
public sealed class ConnectionTests : IDisposable
{
    private readonly HastyTime _time = new();
    private readonly Agent _agent;

    public ConnectionTests() => _agent = new Agent(_time);

    public void Dispose() => _agent.Dispose();

    [Fact]
    public async Task ARefusedConnectionIsRetriedAndThenReported()
    {
        var error = await Agent.FailsAsync(AtpError.HostUnreachable, () => _agent.DiscoverAsync(ClosedPort.Shared.Name));

        Assert.Contains("127.0.0.1", error.Message);
        Assert.Equal(3, _time.Waits.Count);
    }

    // A proxy before the host may have dropped the port, so that the manifest names an address at which nothing listens.
    [Fact]
    public async Task AnEndpointOfTheManifestIsNamedWithTheManifest()
    {
        var address = $"http://{ClosedPort.Shared.Name}/v1/agent-tokens";
        await using var host = await ScriptedIssuer.StartAsync(
            Answers.Json(200, $$$"""{"auth":{"agent_token_endpoint":"{{{address}}}"}}"""), []);
        var error = await Agent.FailsAsync(AtpError.HostUnreachable, () => _agent.AcquireAsync(host.Name));

        Assert.Contains($"No connection to {address} (named by the manifest of {host.Name}): ", error.Message);
        Assert.Contains("must correct the manifest", error.Advice);
    }

    [Fact]
    public async Task AnUnknownNameIsReported()
    {
        var error = await Agent.FailsAsync(AtpError.HostNotFound, () => _agent.DiscoverAsync("nonexistent.invalid"));

        Assert.Contains("nonexistent.invalid", error.Message);
        Assert.Empty(_time.Waits);
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(-30, -1)]
    public async Task AnUntrustedCertificateIsReportedAndNothingIsSent(int fromDays, int toDays)
    {
        using var certificate = SelfSigned(fromDays, toDays);
        var hits = 0;
        await using var host = await StartTlsAsync(certificate, () => Interlocked.Increment(ref hits));

        await Agent.FailsAsync(AtpError.CertificateInvalid, () => _agent.DiscoverAsync($"https://{host.Name}"));
        Assert.Equal(0, hits);
        Assert.Empty(_time.Waits);
    }

    [Fact]
    public async Task AHostThatSpeaksNoHttpIsReported()
    {
        var hello = "220 mail.example ESMTP\r\n";
        await using var host = new RawHost(false, hello, hello, hello, hello);

        await Agent.FailsAsync(AtpError.HostUnreachable, () => _agent.DiscoverAsync(host.Name));
    }

    [Fact]
    public async Task APortOfLoopbackThatSpeaksTlsIsReportedWithTheAddressToWrite()
    {
        using var certificate = SelfSigned(-1, 1);
        await using var host = await StartTlsAsync(certificate, static () => { });
        var error = await Agent.FailsAsync(AtpError.HostUnreachable, () => _agent.DiscoverAsync(host.Name));

        Assert.Contains("Loopback hosts are asked over http", error.Advice);
        Assert.Contains($"write https://{host.Name}.", error.Advice);
    }

    // As Go's server answers, and nginx with a web page.
    [Fact]
    public async Task APortOfLoopbackThatSaysThatItSpeaksTlsIsReportedSoToo()
    {
        await using var host = await ScriptedIssuer.StartAsync(
            Answers.Text(400, "text/plain", "Client sent an HTTP request to an HTTPS server.\n"), []);
        var error = await Agent.FailsAsync(AtpError.IssuerFailed, () => _agent.DiscoverAsync(host.Name));

        Assert.Contains("Client sent an HTTP request to an HTTPS server", error.Happened);
        Assert.Contains($"write https://{host.Name}.", error.Advice);
    }

    [Fact]
    public async Task APortThatDoesNotSpeakTlsIsReportedWithTheAddressToWrite()
    {
        await using var host = await ScriptedIssuer.StartAsync(Answers.Json(200, "{}"), []);
        var error = await Agent.FailsAsync(AtpError.HostUnreachable, () => _agent.DiscoverAsync($"https://{host.Name}"));

        Assert.Contains("that port does not speak TLS", error.Happened);
        Assert.Contains($"write http://{host.Name}.", error.Advice);
        Assert.Empty(_time.Waits);
    }

    private static X509Certificate2 SelfSigned(int fromDays, int toDays)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = DateTimeOffset.UtcNow;
        using var certificate = request.CreateSelfSigned(now.AddDays(fromDays), now.AddDays(toDays));
        // On Windows a server can only use a certificate whose key was loaded from a file.
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }

    private static Task<TestHost> StartTlsAsync(X509Certificate2 certificate, Action onHit) => TestHost.StartAsync(
        app => app.Run(_ =>
        {
            onHit();
            return Task.CompletedTask;
        }),
        builder => builder.WebHost.ConfigureKestrel(
            kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate))));

    [Fact]
    public async Task AHostThatIsTooSlowEachTimeIsReported()
    {
        using var agent = new Agent(new HastyTime { EndsAttempts = true });
        await using var host = new RawHost(false);

        await Agent.FailsAsync(AtpError.TimedOut, () => agent.DiscoverAsync(host.Name));
    }
}
