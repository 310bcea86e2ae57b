using Agentdom.AspNetCore;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the issuer.</summary>
public static class AgentTokenIssuerServiceExtensions
{
    /// <summary>
    /// Adds an issuer of agent tokens. If the options are invalid, for example a secret under 32 bytes, the app does not start.
    /// If it is called twice, the options are combined.
    /// </summary>
    /// <param name="services">The app's services.</param>
    /// <param name="configure">Sets the options: at least one secret and one scope.</param>
    public static AgentTokenIssuerBuilder AddAgentTokenIssuer(this IServiceCollection services, Action<AgentTokenIssuerOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return services.AddAgentTokenIssuer(options => options.Configure(configure));
    }

    /// <summary>
    /// Adds an issuer of agent tokens with options from the app's configuration, such as
    /// <c>Configuration.GetSection("AgentTokens")</c>. When the configuration is reloaded, the new options apply at once, so a
    /// secret can be rotated without a restart. If they are invalid, the old ones stay in use and the reason is logged.
    /// </summary>
    /// <param name="services">The app's services.</param>
    /// <param name="section">A section with the properties of <see cref="AgentTokenIssuerOptions"/>.</param>
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
        services.TryAddSingleton<MappedTokenEndpoints>();
        services.TryAddSingleton<CurrentIssuer>();
        services.TryAddSingleton<ManifestFile>();
        services.TryAddSingleton<ManifestWriter>();
        // Transient, because the issuer is replaced when the options change.
        services.TryAddTransient(static provider => provider.GetRequiredService<CurrentIssuer>().Issuer);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, CurrentIssuer>(
            static provider => provider.GetRequiredService<CurrentIssuer>()));
        services.TryAddEnumerable(ServiceDescriptor.Transient<IStartupFilter, ManifestCheck>());
        services.TryAddEnumerable(ServiceDescriptor.Transient<IStartupFilter, AdministrationCheck>());
        services.TryAddEnumerable(ServiceDescriptor.Transient<IStartupFilter, KeysCheck>());
        services.TryAddEnumerable(ServiceDescriptor.Transient<IStartupFilter, ManagedTokenCheck>());
        return new AgentTokenIssuerBuilder(services);
    }
}
