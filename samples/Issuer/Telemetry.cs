using Agentdom.AspNetCore;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

/// <summary>The settings ATP_METRICS_URL and OTEL_EXPORTER_OTLP_ENDPOINT, as Program.cs describes them.</summary>
internal sealed class Telemetry
{
    private const string Name = "agentdom-issuer";

    private readonly int? _metricsPort;

    private Telemetry(int? metricsPort) => _metricsPort = metricsPort;

    /// <exception cref="SettingException">A setting is not an address.</exception>
    internal static Telemetry Add(WebApplicationBuilder builder)
    {
        var settings = builder.Configuration;
        var (scraped, sent) = (MetricsAddress(settings), HasCollector(settings));
        if (scraped is null && !sent) return new Telemetry(null);
        var telemetry = builder.Services.AddOpenTelemetry()
            // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES replace the name, because they come after it.
            .ConfigureResource(static resource => resource.AddService(Name).AddEnvironmentVariableDetector())
            .WithMetrics(static metrics => metrics
                .AddMeter(AgentTokenDefaults.TelemetryName, "Microsoft.AspNetCore.Hosting", "System.Runtime"));
        if (sent)
        {
            telemetry
                .WithMetrics(static metrics => metrics.AddOtlpExporter())
                .WithTracing(static traces => traces
                    .AddSource(AgentTokenDefaults.TelemetryName).AddAspNetCoreInstrumentation().AddOtlpExporter());
        }
        if (scraped is not null)
        {
            telemetry.WithMetrics(static metrics => metrics.AddPrometheusExporter());
            settings["urls"] = $"{OtherAddresses(settings)};{scraped}";
        }
        return new Telemetry(scraped?.Port);
    }

    /// <summary>Serves the metrics on the port of their own, so that the agents' port does not show them.</summary>
    internal void Use(WebApplication app)
    {
        if (_metricsPort is not { } port) return;
        // Not RequireHost, because the client chooses the Host header.
        app.UseOpenTelemetryPrometheusScrapingEndpoint(
            http => http.Connection.LocalPort == port && http.Request.Path == "/metrics");
    }

    private static BindingAddress? MetricsAddress(ConfigurationManager settings)
    {
        if (settings["ATP_METRICS_URL"] is not { Length: > 0 } text) return null;
        try
        {
            if (BindingAddress.Parse(text) is { Scheme: "http", Port: > 0, PathBase: "" } address) return address;
        }
        catch (FormatException)
        {
        }
        throw new SettingException("ATP_METRICS_URL is an address without a path, such as http://127.0.0.1:9464.");
    }

    private static bool HasCollector(ConfigurationManager settings)
    {
        if (settings["OTEL_EXPORTER_OTLP_ENDPOINT"] is not { Length: > 0 } text) return false;
        return Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? true
            : throw new SettingException("OTEL_EXPORTER_OTLP_ENDPOINT is an address such as http://localhost:4317.");
    }

    // The host's own defaults do not apply any more once there is an address.
    private static string OtherAddresses(ConfigurationManager settings)
    {
        if (settings["urls"] is { Length: > 0 } urls) return urls;
        return settings["http_ports"] is { Length: > 0 } ports
            ? string.Join(';', ports.Split(';').Select(static port => $"http://*:{port}"))
            : "http://localhost:5000";
    }
}
