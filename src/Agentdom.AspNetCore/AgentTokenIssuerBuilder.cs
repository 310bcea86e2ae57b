using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Agentdom.AspNetCore;

/// <summary>Configures the issuer that <c>AddAgentTokenIssuer</c> added.</summary>
public sealed class AgentTokenIssuerBuilder
{
    internal AgentTokenIssuerBuilder(IServiceCollection services) => Services = services;

    /// <summary>The app's services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Uses the given state in place of the one in this process's memory.</summary>
    /// <param name="state">Creates the state. It is called once, and the state is disposed when the app stops.</param>
    public AgentTokenIssuerBuilder UseState(Func<IServiceProvider, IIssuerState> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        Services.Replace(ServiceDescriptor.Singleton(state));
        return this;
    }

    /// <summary>
    /// Uses the app's own directory of agents. Agents that are neither in it nor in the options are refused, unless
    /// <see cref="TokenIssuerOptions.AllowUnregisteredAgents"/> is true. Its answers are kept for
    /// <see cref="AgentTokenIssuerOptions.DirectoryCacheSeconds"/>.
    /// </summary>
    /// <typeparam name="TDirectory">
    /// The directory. It is created for each search in a scope of its own, unless the app has registered it with another lifetime.
    /// </typeparam>
    public AgentTokenIssuerBuilder UseAgents<TDirectory>() where TDirectory : class, IAgentDirectory
    {
        Services.TryAddSingleton<ScopedDirectory<TDirectory>>();
        return UseAgents(static provider => provider.GetRequiredService<ScopedDirectory<TDirectory>>());
    }

    /// <inheritdoc cref="UseAgents{TDirectory}"/>
    /// <param name="directory">Returns the directory. It is called once.</param>
    public AgentTokenIssuerBuilder UseAgents(Func<IServiceProvider, IAgentDirectory> directory)
    {
        ArgumentNullException.ThrowIfNull(directory);
        Services.RemoveAll<CachedDirectory>();
        Services.AddSingleton(provider => ActivatorUtilities.CreateInstance<CachedDirectory>(provider, directory(provider)));
        return this;
    }

    /// <summary>
    /// Uses a store of registered agents for the administration. Use it together with the directory that reads from it. The
    /// <see cref="IAgentStore"/> that the app gets as a service checks what it is given, and writes an audit event for each change.
    /// </summary>
    /// <param name="store">Creates the store. It is called once.</param>
    public AgentTokenIssuerBuilder UseAgentStore(Func<IServiceProvider, IAgentStore> store)
    {
        ArgumentNullException.ThrowIfNull(store);
        Services.AddHttpContextAccessor();
        Services.TryAddSingleton<AdministrationAudit>();
        Services.RemoveAll<GuardedAgentStore>();
        Services.AddSingleton(provider => ActivatorUtilities.CreateInstance<GuardedAgentStore>(provider, store(provider)));
        Services.Replace(ServiceDescriptor.Singleton<IAgentStore>(static provider => provider.GetRequiredService<GuardedAgentStore>()));
        return this;
    }
}
