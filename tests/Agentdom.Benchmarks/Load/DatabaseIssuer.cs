using Agentdom.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Agentdom.Benchmarks.Load;

/// <summary>
/// An issuer like the sample, with its agents in PostgreSQL and its state there or in memory. It registers its agents before it
/// listens, and writes their ids and secrets to a file.
/// </summary>
internal static class DatabaseIssuer
{
    private const int Agents = 1000;

    internal static async Task RunAsync(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        var settings = builder.Configuration;
        var audit = new AuditFile(settings["Audit"]!);
        builder.Services.AddSingleton<ILoggerProvider>(_ => audit);
        builder.Services.AddDbContextPool<Context>(options => options.UseNpgsql(settings["Database"]));
        var tokens = builder.Services
            .AddAgentTokenIssuer(static options =>
            {
                options.SigningKeys.Add(Convert.ToBase64String(RandomBytes.Make(32)));
                foreach (var scope in LoadAgents.Scopes) options.Scopes.Add(scope);
                // On, but never reached.
                (options.Limits.RequestsPerMinutePerAgent, options.Limits.RequestsPerMinutePerAddress) = (100_000_000, 1_000_000_000);
            })
            .UseEntityFrameworkCore<Context>();
        if (settings["State"] == "memory") tokens.UseState(static _ => new InMemoryIssuerState());

        var app = builder.Build();
        app.MapAgentTokens("/v1/agent-tokens");
        await RegisterAsync(app.Services, settings["AgentList"]!);
        await app.RunAsync();
    }

    private static async Task RegisterAsync(IServiceProvider services, string list)
    {
        using (var scope = services.CreateScope()) await scope.ServiceProvider.GetRequiredService<Context>().Database.EnsureCreatedAsync();
        var store = services.GetRequiredService<IAgentStore>();
        var lines = new List<string>();
        for (var i = 0; i < Agents; i++)
        {
            var agent = (await store.CreateAsync($"agent-{i}", new AgentSettings { Scopes = LoadAgents.Scopes }))!;
            lines.Add($"{agent.Agent.AgentId} {agent.Secret}");
        }
        await File.WriteAllLinesAsync(list, lines);
    }

    private sealed class Context(DbContextOptions<Context> options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.UseAgentdom();
    }
}
