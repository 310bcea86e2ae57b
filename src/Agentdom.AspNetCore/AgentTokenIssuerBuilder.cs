using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Agentdom.AspNetCore;

/// <summary>What <c>AddAgentTokenIssuer</c> returns, to choose more about the issuer.</summary>
public sealed class AgentTokenIssuerBuilder
{
    internal AgentTokenIssuerBuilder(IServiceCollection services) => Services = services;

    /// <summary>The app's services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Keeps what the issuer remembers in a state of the app's choice, in place of this process's memory.</summary>
    /// <param name="state">Makes the state, once; the app disposes of it at its end.</param>
    public AgentTokenIssuerBuilder UseState(Func<IServiceProvider, IIssuerState> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        Services.Replace(ServiceDescriptor.Singleton(state));
        return this;
    }
}
