// The smallest provider: it issues, verifies and revokes agent tokens, and lets agents with the right scope at /data.
//
//   ATP_SECRET      the secret shared with the agents, at least 32 bytes
//   ATP_SCOPES      the scopes on offer, separated by spaces or commas (default: data.read data.write)
//   ATP_TOKEN_TTL   a token's life in seconds (default: 3600)
//   ATP_STATE       where used requests and revoked tokens are remembered: memory (default), sqlite:PATH or redis:HOST:PORT
//   --urls          where to listen, such as http://127.0.0.1:5001

using Agentdom.AspNetCore;
using Agentdom.Core.Issuing;
using Microsoft.Extensions.Options;

var builder = WebApplication.CreateBuilder(args);
var settings = builder.Configuration;
// What is wrong with the settings is said below, without the stack trace that the host would log.
builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);

var tokens = builder.Services.AddAgentTokens(o =>
{
    if (settings["ATP_SECRET"] is { Length: > 0 } secret) o.Secrets.Add(secret);
    foreach (var scope in (settings["ATP_SCOPES"] ?? "data.read data.write").Split([' ', ','], StringSplitOptions.RemoveEmptyEntries))
        o.Scopes.Add(scope);
    o.TokenLifetime = TimeSpan.FromSeconds(settings.GetValue("ATP_TOKEN_TTL", 3600));
});
if (!TryUseState(tokens, settings["ATP_STATE"]))
{
    Console.Error.WriteLine("ATP_STATE is memory, sqlite:PATH or redis:HOST:PORT. Set it to one of them and start again.");
    return 1;
}
builder.Services.AddAuthentication().AddAgentToken();

var app = builder.Build();
app.MapAgentTokens("/v1/agent-tokens");
app.MapAgentdomManifest();
app.MapGet("/data", (HttpContext http) => new { Message = "Hello, agent.", Agent = http.User.Identity!.Name })
    .RequireAgentScope("data.read");

try
{
    // A state file that cannot be opened is found out now, and not by the first agent.
    app.Services.GetRequiredService<IIssuerState>();
    app.Run();
    return 0;
}
catch (OptionsValidationException e)
{
    foreach (var problem in e.Failures) Console.Error.WriteLine(problem);
    Console.Error.WriteLine("Set what it is about (ATP_SECRET, ATP_SCOPES or ATP_TOKEN_TTL) and start again.");
    return 1;
}
catch (IssuerStateException e)
{
    Console.Error.WriteLine(e.Message);
    Console.Error.WriteLine("Mend that, or set ATP_STATE to another place, and start again.");
    return 1;
}

static bool TryUseState(AgentTokensBuilder tokens, string? state)
{
    if (state is null or "" or "memory") return true;
    if (state.StartsWith("sqlite:", StringComparison.Ordinal) && state["sqlite:".Length..].Trim() is { Length: > 0 } path)
    {
        tokens.UseSqlite(path);
        return true;
    }
    if (!state.StartsWith("redis:", StringComparison.Ordinal)) return false;
    var address = state["redis:".Length..];
    // Read as a URL, so that it is a name or an address and a port, and nothing that the client would take for an option.
    if (!Uri.TryCreate($"redis://{address}", UriKind.Absolute, out var uri) || uri.Port <= 0) return false;
    if (uri.HostNameType is not (UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6)) return false;
    if (!uri.Authority.Equals(address, StringComparison.OrdinalIgnoreCase)) return false;
    tokens.UseRedis(address);
    return true;
}
