using System.Globalization;
using Agentdom.AspNetCore;
using Agentdom.Fleet.Time;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Agentdom.Fleet.Nodes;

/// <summary>
/// One node of the issuer, in a process of its own: what an app would write, with a clock that follows the plan. A line with a
/// number on its standard input sets its clock off by so many seconds. It exits when its standard input ends.
/// </summary>
internal static class NodeProgram
{
    internal static async Task RunAsync(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        var settings = builder.Configuration;
        settings.AddJsonFile(settings["Settings"]!, optional: false, reloadOnChange: true);
        var time = new FleetTime(ClockPlan.Parse(settings["Clock"]!));
        builder.Services.AddSingleton<TimeProvider>(time);
        UseState(builder.Services.AddAgentTokenIssuer(settings.GetSection("AgentTokens")), settings);
        builder.Services.AddAuthentication().AddAgentToken();

        var app = builder.Build();
        app.MapAgentTokens("/v1/agent-tokens");
        app.MapAgentdomManifest();
        app.MapGet("/data", static (HttpContext http) => http.User.Identity!.Name).RequireAgentScope("data.read");
        _ = Task.Run(() => FollowAsync(time, app.Lifetime));
        await app.RunAsync();
    }

    private static void UseState(AgentTokenIssuerBuilder tokens, ConfigurationManager settings)
    {
        if (settings["Redis"] is { } redis)
        {
            tokens.UseRedis(redis);
            return;
        }
        tokens.Services.AddDataProtection().PersistKeysToFileSystem(new DirectoryInfo(settings["Keys"]!));
        tokens.Services.AddDbContextPool<NodeContext>(options => options.UseNpgsql(settings["Postgres"]));
        tokens.UseEntityFrameworkCore<NodeContext>();
    }

    private static async Task FollowAsync(FleetTime time, IHostApplicationLifetime lifetime)
    {
        while (await Console.In.ReadLineAsync() is { } line)
        {
            time.Offset = TimeSpan.FromSeconds(int.Parse(line, CultureInfo.InvariantCulture));
        }
        lifetime.StopApplication();
    }
}
