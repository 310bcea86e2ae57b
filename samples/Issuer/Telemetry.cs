using Agentdom.AspNetCore;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

/// <summary>The settings ATP_METRICS_URL and OTEL_EXPORTER_OTLP_ENDPOINT, as Program.cs describes them.</summary>
internal static class Telemetry
{
    private const string Name = "agentdom-issuer";

    /// <exception cref="SettingException">A setting is not an address.</exception>
    internal static void Add(WebApplicationBuilder builder)
    {
        var (address, sent) = (MetricsAddress(builder.Configuration), HasCollector(builder.Configuration));
        if (address is null && !sent) return;
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
        if (address is not null)
        {
            telemetry.WithMetrics(static metrics => metrics.AddPrometheusExporter());
            builder.Services.AddHostedService(services => new MetricsPage(address, services.GetRequiredService<MeterProvider>()));
        }
    }

    private static string? MetricsAddress(ConfigurationManager settings)
    {
        if (settings["ATP_METRICS_URL"] is not { Length: > 0 } text) return null;
        try
        {
            if (BindingAddress.Parse(text) is { Scheme: "http", Port: > 0, PathBase: "" }) return text;
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
}
