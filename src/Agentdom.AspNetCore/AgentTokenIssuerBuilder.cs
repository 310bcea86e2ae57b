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
}
