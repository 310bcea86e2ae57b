// The smallest provider: it issues, verifies and revokes agent tokens, and allows agents with the right scope to read /data.
//
//   ATP_SECRET      the secret shared with the agents, at least 32 bytes
//   ATP_SCOPES      the offered scopes, separated by spaces or commas (default: data.read data.write)
//   ATP_TOKEN_TTL   the lifetime of a token in seconds (default: 3600)
//   ATP_STATE       where used requests and revoked tokens are stored: memory (default), sqlite:PATH, redis:HOST:PORT,
//                   or an address such as rediss://USER:PASSWORD@HOST:PORT
//   ATP_RATE_LIMIT  how many tokens an agent can request per minute, or off (default: 600); an address can make ten times as
//                   many requests
//   --urls          the address to listen on, such as http://127.0.0.1:5001
//
// The configuration section AgentTokens (for example in appsettings.json) is read too, and reloaded when it changes. Use
// AgentTokens:Secrets to rotate secrets without a restart.

using Agentdom.Issuer;
using Microsoft.Extensions.Options;

var builder = WebApplication.CreateBuilder(args);
// Invalid settings are reported below, without the stack trace that the host would log.
builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
try
{
    builder.Services.AddAgentTokenIssuer(builder.Configuration.GetSection("AgentTokens"));
    var tokens = builder.Services.AddAgentTokenIssuer(Settings.Read(builder.Configuration));
    Settings.UseState(tokens, builder.Configuration["ATP_STATE"]);
    builder.Services.AddAuthentication().AddAgentToken();
    builder.Services.AddHealthChecks().AddAgentTokenIssuerState();

    var app = builder.Build();
    app.MapAgentTokens("/v1/agent-tokens");
    app.MapAgentdomManifest();
    app.MapHealthChecks("/health");
    app.MapGet("/data", (HttpContext http) => new { Message = "Hello, agent.", Agent = http.User.Identity!.Name })
        .RequireAgentScope("data.read");

    app.Run();
    return 0;
}
catch (Exception e) when (e is SettingException or OptionsValidationException or IssuerStateException)
{
    foreach (var problem in (e as OptionsValidationException)?.Failures ?? [e.Message]) Console.Error.WriteLine(problem);
    Console.Error.WriteLine("Correct the setting (ATP_SECRET, ATP_SCOPES, ATP_TOKEN_TTL, ATP_STATE or ATP_RATE_LIMIT) and start again.");
    return 1;
}
