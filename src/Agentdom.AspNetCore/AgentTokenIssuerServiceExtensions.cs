using Agentdom.AspNetCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the issuer.</summary>
public static class AgentTokenIssuerServiceExtensions
{
    /// <summary>
    /// Adds an issuer of agent tokens. Wrong options, such as a secret under 32 bytes, stop the app at its start.
    /// Calling it twice adds up the options of both.
    /// </summary>
    /// <param name="services">The app's services.</param>
    /// <param name="configure">At least one secret and one scope.</param>
    public static AgentTokenIssuerBuilder AddAgentTokenIssuer(this IServiceCollection services, Action<AgentTokenIssuerOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return services.AddAgentTokenIssuer(options => options.Configure(configure));
    }

    /// <summary>
    /// The same with the options out of the app's configuration, such as <c>Configuration.GetSection("AgentTokens")</c>.
    /// When the configuration is reloaded they are in force at once, so a secret is rotated without a restart; if they are
    /// wrong then, the old ones stay and the log says why.
    /// </summary>
    /// <param name="services">The app's services.</param>
    /// <param name="section">A section with the names of <see cref="AgentTokenIssuerOptions"/>' properties.</param>
    public static AgentTokenIssuerBuilder AddAgentTokenIssuer(this IServiceCollection services, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        return services.AddAgentTokenIssuer(options =>
        {
            options.Services.AddSingleton<IOptionsChangeTokenSource<AgentTokenIssuerOptions>>(
                new ConfigurationChangeTokenSource<AgentTokenIssuerOptions>(section));
            options.Configure(o => o.Read(section));
        });
    }

    private static AgentTokenIssuerBuilder AddAgentTokenIssuer(
        this IServiceCollection services, Action<OptionsBuilder<AgentTokenIssuerOptions>> options)
    {
        options(services.AddOptions<AgentTokenIssuerOptions>());
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IIssuerState>(static provider =>
            new InMemoryIssuerState(time: provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<IssuerTelemetry>();
        services.TryAddSingleton<CurrentIssuer>();
        // Never kept: the next one may come under other options.
        services.TryAddTransient(static provider => provider.GetRequiredService<CurrentIssuer>().Issuer);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, CurrentIssuer>(
            static provider => provider.GetRequiredService<CurrentIssuer>()));
        return new AgentTokenIssuerBuilder(services);
    }
}
