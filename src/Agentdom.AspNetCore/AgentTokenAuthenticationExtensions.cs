using Agentdom.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Protects an app's own endpoints with agent tokens.</summary>
public static class AgentTokenAuthenticationExtensions
{
    /// <summary>
    /// Adds the scheme that reads agent tokens of the app's own issuer from the Authorization header. It needs
    /// <c>AddAgentTokenIssuer</c>, otherwise the app does not start.
    /// </summary>
    /// <param name="authentication">What <c>AddAuthentication()</c> returned.</param>
    public static AuthenticationBuilder AddAgentToken(this AuthenticationBuilder authentication) =>
        authentication.AddAgentToken(static _ => { });

    /// <summary>
    /// Adds the scheme that reads agent tokens from the Authorization header. With <see cref="AgentTokenOptions.Issuer"/>, they are those
    /// of an issuer in another process, and the app needs no secret. If the options are invalid, the app does not start.
    /// </summary>
    /// <param name="authentication">What <c>AddAuthentication()</c> returned.</param>
    /// <param name="configure">Sets the options.</param>
    public static AuthenticationBuilder AddAgentToken(this AuthenticationBuilder authentication, Action<AgentTokenOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var services = authentication.Services;
        services.AddAuthorization(static o => o.AddPolicy(AgentScopeRequirement.PolicyName, AgentScopeRequirement.Policy));
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IssuerTelemetry>();
        services.TryAddSingleton<ITokenReader>(static provider => Reader(provider));
        AddClient(services, AgentTokenDefaults.MetadataClientName);
        AddClient(services, AgentTokenDefaults.IntrospectionClientName);
        services.AddOptions<AgentTokenOptions>(AgentTokenDefaults.AuthenticationScheme).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<AgentTokenOptions>, AgentTokenOptionsCheck>());
        services.TryAddEnumerable(ServiceDescriptor.Transient<IStartupFilter, ScopeCheck>());
        return authentication.AddScheme<AgentTokenOptions, AgentTokenHandler>(AgentTokenDefaults.AuthenticationScheme, configure);
    }

    // The factory would log several lines for each question to the issuer.
    private static void AddClient(IServiceCollection services, string name) => services.AddHttpClient(name)
        .ConfigureHttpClient(static client => client.MaxResponseContentBufferSize = Backchannel.MaxAnswerBytes)
        .ConfigurePrimaryHttpMessageHandler(static () => new SocketsHttpHandler { AllowAutoRedirect = false })
        .RemoveAllLoggers();

    private static ITokenReader Reader(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptionsMonitor<AgentTokenOptions>>().Get(AgentTokenDefaults.AuthenticationScheme);
        return options.Issuer is null
            ? ActivatorUtilities.CreateInstance<OwnTokens>(services)
            : ActivatorUtilities.CreateInstance<RemoteTokens>(services, options);
    }
}
