using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Agentdom.AspNetCore;

/// <summary>
/// Warns when the app starts if an endpoint requires a scope that the app's own issuer does not offer. It may be mistyped, and no agent
/// can call that endpoint. The app starts, because the scope may be added while it runs.
/// </summary>
internal sealed class ScopeCheck(IOptionsMonitor<AgentTokenOptions> options, ILogger<ScopeCheck> log) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        next(app);
        if (options.Get(AgentTokenDefaults.AuthenticationScheme).Issuer is not null) return;
        var offered = app.ApplicationServices.GetRequiredService<CurrentIssuer>().Options.Scopes;
        foreach (var endpoint in app.ApplicationServices.GetService<EndpointDataSource>()?.Endpoints ?? [])
        {
            var unknown = AgentScopeRequirement.ScopesIn(endpoint.Metadata).Where(scope => !offered.Contains(scope)).ToList();
            if (unknown.Count == 0) continue;
            log.RequiresUnknownScopes(endpoint.DisplayName ?? "", string.Join(' ', unknown), string.Join(' ', offered));
        }
    };
}
