using OpenTelemetry.Metrics;

/// <summary>
/// Serves /metrics and nothing else. It is an app of its own, so that its address has none of the issuer's endpoints, and the issuer's
/// addresses stay as they are set.
/// </summary>
internal sealed class MetricsPage : IHostedService, IAsyncDisposable
{
    private readonly WebApplication _app;

    internal MetricsPage(string address, MeterProvider metrics)
    {
        // Without the environment and appsettings.json, because they have the issuer's addresses.
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls(address);
        _app = builder.Build();
        _app.UseOpenTelemetryPrometheusScrapingEndpoint(
            metrics, predicate: null, path: "/metrics", configureBranchedPipeline: null, optionsName: null);
    }

    public Task StartAsync(CancellationToken cancellationToken) => _app.StartAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => _app.StopAsync(cancellationToken);

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
