// An issuer with its state in PostgreSQL. ATP_DATABASE is the connection string, ATP_SECRET the shared secret, ATP_KEYS the folder
// with the Data Protection keys.

using Agentdom.DatabaseNode;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddDataProtection().PersistKeysToFileSystem(new DirectoryInfo(builder.Configuration["ATP_KEYS"]!));
builder.Services.AddDbContextPool<NodeContext>(options => options.UseNpgsql(builder.Configuration["ATP_DATABASE"]));
builder.Services
    .AddAgentTokenIssuer(options =>
    {
        options.Secrets.Add(builder.Configuration["ATP_SECRET"]!);
        options.Scopes.Add("data.read");
        options.AllowUnregisteredAgents = true;
        options.DirectoryCacheSeconds = 0;
        (options.Limits.RequestsPerMinutePerAgent, options.Limits.RequestsPerMinutePerAddress) = (null, null);
    })
    .UseEntityFrameworkCore<NodeContext>();
builder.Services.AddAuthentication().AddAgentToken();

var app = builder.Build();
app.MapAgentTokens("/v1/agent-tokens");
app.MapGet("/data", static (HttpContext http) => http.User.Identity!.Name).RequireAgentScope("data.read");
app.Run();
