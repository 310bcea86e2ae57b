using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Agentdom.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Agentdom.Tests.Samples;

/// <summary>How the sample issuer reads ATP_METRICS_URL and OTEL_EXPORTER_OTLP_ENDPOINT.</summary>
public sealed class SampleTelemetryTests : IDisposable
{
    private readonly string _folder = TestPaths.NewFolder();

    [Fact]
    public async Task MetricsAreOnAPortOfTheirOwn()
    {
        var metrics = MetricsAddress();
        using var issuer = await SampleIssuer.StartWithAsync("memory", ("ATP_METRICS_URL", metrics));
        await issuer.TokenAsync();

        var page = await Wire.Http.GetStringAsync(new Uri(metrics + "/metrics"), TestContext.Current.CancellationToken);
        Assert.Matches(@"agentdom_issuer_decisions_total\{.*operation=""mint"",outcome=""issued"".*\} 1\b", page);
        Assert.DoesNotContain("test-agent", page);
        Assert.Equal(404, (int)(await issuer.GetAsync("/metrics")).StatusCode);
        using var disguised = new HttpRequestMessage(HttpMethod.Get, issuer.Url + "/metrics");
        disguised.Headers.Host = new Uri(metrics).Authority;
        Assert.Equal(404, (int)(await Wire.Http.SendAsync(disguised, TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task NothingElseIsOnThatPort()
    {
        var (metrics, key) = (MetricsAddress(), SharedSecret.Generate());
        using var issuer = await SampleIssuer.StartWithAsync(
            $"agents:{Path.Combine(_folder, "agents.db")}", ("ATP_ADMIN_KEY", key), ("ATP_METRICS_URL", metrics));

        foreach (var (method, path) in new[]
        {
            (HttpMethod.Post, "/v1/agent-tokens"), (HttpMethod.Post, "/v1/agent-tokens/verify"), (HttpMethod.Get, "/agents"),
            (HttpMethod.Get, "/data"), (HttpMethod.Get, "/health"), (HttpMethod.Get, "/.well-known/agentdom.json"),
        })
        {
            Assert.NotEqual(404, await StatusAsync(issuer.Url));
            Assert.Equal(404, await StatusAsync(metrics));

            async Task<int> StatusAsync(string address)
            {
                using var request = new HttpRequestMessage(method, address + path);
                request.Headers.Authorization = new("Bearer", key);
                using var answer = await Wire.Http.SendAsync(request, TestContext.Current.CancellationToken);
                return (int)answer.StatusCode;
            }
        }
    }

    [Theory]
    [InlineData("ASPNETCORE_HTTP_PORTS", "", "http")]
    [InlineData("ASPNETCORE_HTTPS_PORTS", "", "https")]
    [InlineData("Kestrel__Endpoints__Main__Url", "https://127.0.0.1:", "https")]
    public async Task TheIssuersOwnAddressStays(string name, string before, string scheme)
    {
        using var authority = new ThrowawayAuthority(_folder);
        using var certificate = authority.CertificateFor("localhost");
        var file = Path.Combine(_folder, "localhost.pfx");
        File.WriteAllBytes(file, certificate.Export(X509ContentType.Pkcs12));
        var (port, metrics) = (FreePort.Find(), MetricsAddress());

        using var issuer = await SampleIssuer.StartWithAddressAsync(
            (name, string.Create(CultureInfo.InvariantCulture, $"{before}{port}")),
            ("Kestrel__Certificates__Default__Path", file), ("ATP_METRICS_URL", metrics));
        var address = new Uri(issuer.Url);
        Assert.Equal((scheme, port), (address.Scheme, address.Port));
        var page = await Wire.Http.GetStringAsync(new Uri(metrics + "/metrics"), TestContext.Current.CancellationToken);
        Assert.Contains("dotnet_process", page);
    }

    // A fake collector: there is no real one here.
    [Fact]
    public async Task ACollectorGetsMetricsAndTraces()
    {
        var sent = new ConcurrentDictionary<string, string>();
        async Task ReceiveAsync(HttpContext http)
        {
            var body = await new StreamReader(http.Request.Body, Encoding.Latin1).ReadToEndAsync();
            sent.AddOrUpdate(http.Request.Path, body, (_, before) => before + body);
        }
        await using var collector = await TestHost.StartAsync(app =>
        {
            app.MapPost("/v1/metrics", ReceiveAsync);
            app.MapPost("/v1/traces", ReceiveAsync);
        });
        using var issuer = await SampleIssuer.StartWithAsync(
            "memory", ("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://{collector.Name}"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("OTEL_METRIC_EXPORT_INTERVAL", "200"), ("OTEL_BSP_SCHEDULE_DELAY", "200"), ("OTEL_SERVICE_NAME", "the-name-of-this-node"));
        var token = await issuer.TokenAsync();
        using var data = await issuer.GetDataAsync(token);

        await TokenApi.UntilAsync(() => Task.FromResult(
            Sent("/v1/metrics").Contains("agentdom.issuer.decisions", StringComparison.Ordinal)
            && Sent("/v1/traces").Contains("agentdom.accept", StringComparison.Ordinal)));
        Assert.Contains("http.server.request.duration", Sent("/v1/metrics"));
        Assert.Contains("agentdom.mint", Sent("/v1/traces"));
        foreach (var kind in new[] { "/v1/metrics", "/v1/traces" })
        {
            Assert.Contains("the-name-of-this-node", Sent(kind));
            Assert.DoesNotContain(token, Sent(kind));
            Assert.DoesNotContain(TestIssuer.SecretText, Sent(kind));
        }

        string Sent(string path) => sent.GetValueOrDefault(path, "");
    }

    [Theory]
    [InlineData("ATP_METRICS_URL", "9464")]
    [InlineData("ATP_METRICS_URL", "127.0.0.1:9464")]
    [InlineData("ATP_METRICS_URL", "https://127.0.0.1:9464")]
    [InlineData("ATP_METRICS_URL", "http://127.0.0.1:9464/metrics")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4317")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "/v1/metrics")]
    public async Task AnythingElseStopsItWithAdvice(string name, string value)
    {
        var (exitCode, output, error) = await SampleIssuer.RunAsync("memory", (name, value));

        Assert.Equal(1, exitCode);
        Assert.Contains($"{name} is an address", error);
        Assert.DoesNotContain("   at ", output + error);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string MetricsAddress() => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort.Find()}");
}
