// An API in a process of its own. It accepts the tokens of an issuer elsewhere and has no secret. Its settings, here as environment
// variables:
//
//   AgentToken__Issuer           the issuer, such as https://issuer.example.com
//   AgentToken__Audience         the audience, if the issuer has one
//   AgentToken__Revocation       Introspection (default) or None
//   AgentToken__WhenUnavailable  what happens while the issuer cannot be asked: Refuse (default) or TrustSignature
//   --urls                       the address to listen on, such as http://127.0.0.1:5002

using System.Security.Claims;
using Agentdom.AspNetCore;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddAuthentication().AddAgentToken(o => builder.Configuration.Bind("AgentToken", o));

var app = builder.Build();
app.MapGet("/data", (ClaimsPrincipal agent) => new { agent = agent.GetAgentId(), value = 42 }).RequireAgentScope("data.read");
app.Run();
