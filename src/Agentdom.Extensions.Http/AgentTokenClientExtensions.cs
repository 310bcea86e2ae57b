using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds agent tokens to the requests of an app's HTTP clients.</summary>
public static partial class AgentTokenClientExtensions
{
    /// <summary>
    /// Sends every request of this client with an agent token, as described for <see cref="AgentTokenMessageHandler"/>. The tokens
    /// are kept in memory until the app stops, and all handlers of the client share them.
    /// </summary>
    /// <param name="client">What <c>AddHttpClient</c> returned.</param>
    /// <param name="host">The host, such as <c>api.example.com</c>.</param>
    /// <param name="scopes">1 to 64 scopes.</param>
    /// <exception cref="AtpException"><see cref="AtpError.HostInvalid"/> or <see cref="AtpError.ScopeInvalid"/></exception>
    public static IHttpClientBuilder AddAgentTokenClient(this IHttpClientBuilder client, string host, params string[] scopes) =>
        AddAgentTokenClient(client, host, scopes, static _ => { });

    /// <summary>
    /// Sends every request of this client with an agent token, as described for <see cref="AgentTokenMessageHandler"/>, with
    /// further options.
    /// </summary>
    /// <param name="client">What <c>AddHttpClient</c> returned.</param>
    /// <param name="host">The host, such as <c>api.example.com</c>.</param>
    /// <param name="scopes">1 to 64 scopes.</param>
    /// <param name="configure">Sets the options. They are named options with the client's name, so configuration and services can
    /// set them too. The secret is read again at each renewal.</param>
    /// <exception cref="AtpException"><see cref="AtpError.HostInvalid"/> or <see cref="AtpError.ScopeInvalid"/></exception>
    public static IHttpClientBuilder AddAgentTokenClient(
        this IHttpClientBuilder client, string host, IReadOnlyList<string> scopes, Action<AgentTokenSourceOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(client);
        // An invalid host or scope should fail when the app starts.
        _ = AtpHost.Parse(host);
        var asked = ScopeSet.Check(scopes);

        client.Services.Configure(client.Name, configure);
        // If the container chose the constructor, it would pass any HttpMessageHandler that the app has registered.
        client.Services.TryAddSingleton(static _ => new AtpClient());
        client.Services.AddKeyedSingleton(client.Name, (services, _) => MakeSource(services, client.Name, host, asked));
        return client.AddHttpMessageHandler(services =>
            new AgentTokenMessageHandler(services.GetRequiredKeyedService<AgentTokenSource>(client.Name)));
    }

    private static AgentTokenSource MakeSource(IServiceProvider services, string name, string host, IReadOnlyList<string> scopes)
    {
        var monitor = services.GetRequiredService<IOptionsMonitor<AgentTokenSourceOptions>>();
        var options = monitor.Get(name);
        options.GetSecret ??= _ => Task.FromResult(monitor.Get(name).Secret);
        var logger = services.GetRequiredService<ILogger<AgentTokenSource>>();
        var list = string.Join(' ', scopes);
        var time = services.GetService<TimeProvider>() ?? TimeProvider.System;
        return new AgentTokenSource(services.GetRequiredService<AtpClient>(), host, scopes, options, time)
        {
            OnRenewal = (failure, validUntil) =>
            {
                if (failure is null && validUntil - time.GetUtcNow() > GrantExcess.LongestLife) LogLongLife(logger, host, list, validUntil);
                else if (failure is null) LogRenewed(logger, host, list, validUntil);
                else if (validUntil is not null) LogOldIsUsed(logger, host, list, validUntil, failure.Message);
                else LogNoToken(logger, host, list, failure.Message);
            },
        };
    }

    [LoggerMessage(1, LogLevel.Debug, "A new agent token for {Host} ({Scopes}) is valid until {ValidUntil:u}.")]
    private static partial void LogRenewed(ILogger logger, string host, string scopes, DateTimeOffset? validUntil);

    [LoggerMessage(2, LogLevel.Warning,
        "The agent token for {Host} ({Scopes}) was not renewed; the old one is used until {ValidUntil:u}. {Reason}")]
    private static partial void LogOldIsUsed(ILogger logger, string host, string scopes, DateTimeOffset? validUntil, string reason);

    [LoggerMessage(4, LogLevel.Warning,
        "A new agent token for {Host} ({Scopes}) is valid until {ValidUntil:u}, which is longer than an agent token should be.")]
    private static partial void LogLongLife(ILogger logger, string host, string scopes, DateTimeOffset? validUntil);

    [LoggerMessage(3, LogLevel.Error, "There is no agent token for {Host} ({Scopes}). {Reason}")]
    private static partial void LogNoToken(ILogger logger, string host, string scopes, string reason);
}
