using Agentdom.Issuer;
// The smallest provider: it issues, verifies and revokes agent tokens, and lets agents with the right scope at /data.
//
//   ATP_SECRET      the secret shared with the agents, at least 32 bytes
//   ATP_SCOPES      the scopes on offer, separated by spaces or commas (default: data.read data.write)
//   ATP_TOKEN_TTL   a token's life in seconds (default: 3600)
//   ATP_STATE       where used requests and revoked tokens are remembered: memory (default), sqlite:PATH or redis:HOST:PORT
//   ATP_RATE_LIMIT  how many tokens an agent may ask for in a minute, or off (default: 600); an address may make ten times
//                   as many requests
//   --urls          where to listen, such as http://127.0.0.1:5001
//
// The section AgentTokens of the configuration (such as appsettings.json) is read as well, and again whenever it changes:
// AgentTokens:Secrets rotates secrets without a restart.

using Microsoft.Extensions.Options;

var builder = WebApplication.CreateBuilder(args);
// What is wrong with the settings is said below, without the stack trace that the host would log.
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
    Console.Error.WriteLine("Set what it is about (ATP_SECRET, ATP_SCOPES, ATP_TOKEN_TTL, ATP_STATE or ATP_RATE_LIMIT) and start again.");
    return 1;
}
