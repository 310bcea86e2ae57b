// A small provider: it issues, verifies and revokes agent tokens, and allows agents with the right scope to read /data.
//
//   ATP_SECRET       the secret shared with the agents, at least 32 bytes
//   ATP_SCOPES       the offered scopes, separated by spaces or commas (default: data.read data.write)
//   ATP_TOKEN_TTL    the lifetime of a token in seconds (default: 3600)
//   ATP_SIGNING_KEY  the keys that sign tokens, newest first, separated by ';': each the file of a private key (key.pem), or the
//                    base64 of at least 32 bytes (default: keys that are derived from the secret). With a private key, everyone can
//                    check the tokens: the public keys are at /.well-known/jwks.json. The files are read at the start only; for
//                    keys that change without a restart, use AgentTokens:SigningKeys
//   ATP_PUBLIC_ORIGIN  the address at which agents reach it, such as https://api.example.com. Private keys need it
//   ATP_STATE        where used requests and revoked tokens are stored: memory (default), sqlite:PATH, redis:HOST:PORT,
//                    or an address such as rediss://USER:PASSWORD@HOST:PORT. With postgres:CONNECTION-STRING, or agents:PATH for an
//                    SQLite file, the database also has the registered agents, and other agents are refused
//   ATP_KEYS         the folder with the keys that encrypt the registered agents' secrets. All nodes need the same one (default:
//                    for agents:PATH the folder PATH.keys, else that of .NET's Data Protection)
//   ATP_ADMIN_KEY    a key of at least 32 bytes, with which operators administer the registered agents at /agents
//   ATP_RATE_LIMIT   how many tokens an agent can request per minute, or off (default: 600); an address can make ten times as
//                    many requests
//   ATP_AUDIT_FILE   a file that the audit events are appended to, instead of being written to the console, which costs less under load.
//                    They are in the file after a fifth of a second. Each process needs its own. It may be renamed at any time
//   ATP_METRICS_URL  a second address to listen on, such as http://127.0.0.1:9464, where Prometheus reads /metrics and which serves
//                    nothing else (default: none). See samples/observability
//   OTEL_EXPORTER_OTLP_ENDPOINT  where metrics and traces are sent to, such as http://localhost:4317 (default: nowhere). OpenTelemetry's
//                    other variables, such as OTEL_EXPORTER_OTLP_PROTOCOL, apply too
//   --urls           the address to listen on, such as http://127.0.0.1:5001
//
// The configuration section AgentTokens (for example in appsettings.json) is read too, and reloaded when it changes. Use
// AgentTokens:Secrets to rotate secrets without a restart, and AgentTokens:Agents for registered agents without a database. Registered
// agents that have an API key can also use the published AgentDOM client (npm agentdom).

using Agentdom.AspNetCore;
using Agentdom.Issuer;
using Microsoft.Extensions.Options;

var builder = WebApplication.CreateBuilder(args);
// Invalid settings are reported below, without the stack trace that the host would log.
builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
builder.Logging.AddFilter("Microsoft.EntityFrameworkCore", LogLevel.Warning);
try
{
    AuditSetting.Use(builder);
    builder.Services.AddAgentTokenIssuer(builder.Configuration.GetSection("AgentTokens"));
    var tokens = builder.Services.AddAgentTokenIssuer(Settings.Read(builder.Configuration));
    var hasDatabase = StateSetting.Use(tokens, builder.Configuration);
    var hasAdministration = AdminKey.Add(builder.Services, builder.Configuration, hasDatabase);
    builder.Services.AddAuthentication().AddAgentToken();
    builder.Services.AddHealthChecks().AddAgentTokenIssuerState();
    Telemetry.Add(builder);

    var app = builder.Build();
    app.MapAgentTokens("/v1/agent-tokens");
    if (hasDatabase || app.Services.GetRequiredService<IOptions<AgentTokenIssuerOptions>>().Value.Agents.Count > 0)
        app.MapPublishedAgentTokens();
    app.MapAgentdomManifest();
    if (Settings.HasPrivateKey(app.Configuration)) app.MapAgentTokenKeys();
    if (hasAdministration) app.MapAgentTokenAdministration("/agents").RequireAuthorization(AdminKey.Policy);
    app.MapHealthChecks("/health");
    app.MapGet("/data", (HttpContext http) => new { Message = "Hello, agent.", Agent = http.User.GetAgentId() })
        .RequireAgentScope("data.read");

#if SQLITE || POSTGRES
    if (hasDatabase) await AgentDatabase.CreateTablesAsync(app.Services);
#endif
    app.Run();
    return 0;
}
catch (Exception e) when (e is SettingException or OptionsValidationException or IssuerStateException)
{
    foreach (var problem in (e as OptionsValidationException)?.Failures ?? [e.Message]) Console.Error.WriteLine(problem);
    Console.Error.WriteLine("Correct the setting (ATP_SECRET, ATP_SCOPES, ATP_TOKEN_TTL, ATP_SIGNING_KEY, ATP_PUBLIC_ORIGIN, ATP_STATE, "
        + "ATP_KEYS, ATP_ADMIN_KEY, ATP_RATE_LIMIT, ATP_AUDIT_FILE, ATP_METRICS_URL or OTEL_EXPORTER_OTLP_ENDPOINT) and start again.");
    return 1;
}
