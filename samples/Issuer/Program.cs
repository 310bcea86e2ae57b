// The smallest provider: it issues, verifies and revokes agent tokens, and lets agents with the right scope at /data.
//
//   ATP_SECRET      the secret shared with the agents, at least 32 bytes
//   ATP_SCOPES      the scopes on offer, separated by spaces or commas (default: data.read data.write)
//   ATP_TOKEN_TTL   a token's life in seconds (default: 3600)
//   ATP_RATE_LIMIT  how many tokens an agent may ask for in a minute, or off (default: 600); an address may make ten times
//                   as many requests
//   --urls          where to listen, such as http://127.0.0.1:5001
//
// The section AgentTokens of appsettings.json, or any other configuration of the app's, is read as well and again whenever
// it changes, so AgentTokens:Secrets rotates secrets without a restart.

using System.Globalization;
using Agentdom.AspNetCore;
using Microsoft.Extensions.Options;

var builder = WebApplication.CreateBuilder(args);
var settings = builder.Configuration;
// What is wrong with the settings is said below, without the stack trace that the host would log.
builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);

builder.Services.AddAgentTokens(settings.GetSection("AgentTokens"));
builder.Services.AddAgentTokens(o =>
{
    if (settings["ATP_SECRET"] is { Length: > 0 } secret) o.Secrets.Add(secret);
    foreach (var scope in (settings["ATP_SCOPES"] ?? "data.read data.write").Split([' ', ','], StringSplitOptions.RemoveEmptyEntries))
        o.Scopes.Add(scope);
    o.TokenLifetime = TimeSpan.FromSeconds(settings.GetValue("ATP_TOKEN_TTL", 3600));
    if (settings["ATP_RATE_LIMIT"] is { Length: > 0 } limit)
    {
        var perMinute = limit.Equals("off", StringComparison.OrdinalIgnoreCase) ? (int?)null : int.Parse(limit, CultureInfo.InvariantCulture);
        o.Limits.RequestsPerMinutePerAgent = perMinute;
        o.Limits.RequestsPerMinutePerAddress = perMinute * 10;
    }
});
builder.Services.AddAuthentication().AddAgentToken();
builder.Services.AddHealthChecks().AddAgentTokenState();

var app = builder.Build();
app.MapAgentTokens("/v1/agent-tokens");
app.MapAgentdomManifest();
app.MapHealthChecks("/health");
app.MapGet("/data", (HttpContext http) => new { Message = "Hello, agent.", Agent = http.User.Identity!.Name })
    .RequireAgentScope("data.read");

try
{
    app.Run();
    return 0;
}
catch (OptionsValidationException e)
{
    foreach (var problem in e.Failures) Console.Error.WriteLine(problem);
    Console.Error.WriteLine("Set what it is about (ATP_SECRET, ATP_SCOPES or ATP_TOKEN_TTL) and start again.");
    return 1;
}
