using Agentdom.Core.Issuing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Agentdom.AspNetCore;

/// <summary>Registers the issuer.</summary>
public static class AgentTokenServiceExtensions
{
    /// <summary>
    /// Adds an issuer of agent tokens. Wrong options, such as a secret under 32 bytes, stop the app at its start.
    /// Calling it twice adds up the options of both.
    /// </summary>
    /// <param name="services">The app's services.</param>
    /// <param name="configure">At least one secret and one scope.</param>
    public static AgentTokensBuilder AddAgentTokens(this IServiceCollection services, Action<AgentTokenOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<AgentTokenOptions>().Configure(configure).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<AgentTokenOptions>, AgentTokenOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IIssuerState>(static provider =>
            new InMemoryIssuerState(time: provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(static provider => new TokenIssuer(
            provider.GetRequiredService<IOptions<AgentTokenOptions>>().Value,
            provider.GetRequiredService<IIssuerState>(),
            provider.GetRequiredService<TimeProvider>()));
        return new AgentTokensBuilder(services);
    }

    private sealed class AgentTokenOptionsValidator : IValidateOptions<AgentTokenOptions>
    {
        public ValidateOptionsResult Validate(string? name, AgentTokenOptions options)
        {
            var problems = options.Problems().Select(static p => "Agent tokens: " + p).ToList();
            return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
        }
    }
}
