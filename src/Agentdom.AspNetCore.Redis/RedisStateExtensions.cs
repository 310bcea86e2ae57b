using Agentdom.AspNetCore;
using Agentdom.AspNetCore.Redis;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

// The namespace of AddAgentTokenIssuer, so that an app needs no further using.
namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Stores the issuer's state in Redis.</summary>
public static class RedisStateExtensions
{
    /// <summary>
    /// Stores the issuer's state in Redis, so that several nodes share it. The app also starts if Redis is down, and answers 503
    /// until it is up. It does not start if Redis refuses its credentials or the commands that it needs.
    /// </summary>
    /// <param name="tokens">The issuer.</param>
    /// <param name="connection">
    /// An address such as <c>redis://user:password@10.0.0.7:6379/0</c>, with <c>rediss</c> for TLS, or a StackExchange.Redis
    /// connection string such as <c>10.0.0.7:6379,password=…,ssl=true</c>, whose timeouts, backlog policy and connection retry
    /// settings are overridden. To set them, pass the app's own connection. Several nodes of a cluster, or Sentinels with a
    /// <c>serviceName</c>, are separated by commas.
    /// </param>
    /// <param name="keyPrefix">The prefix of all keys. Issuers that share a Redis need different prefixes.</param>
    /// <exception cref="ArgumentException">The text is neither of them. The message does not repeat it.</exception>
    /// <remarks>See <see cref="RedisIssuerState"/> for its durability.</remarks>
    public static AgentTokenIssuerBuilder UseRedis(this AgentTokenIssuerBuilder tokens, string connection, string keyPrefix)
    {
        var options = RedisConnection.Parse(connection);
        return Use(tokens, (_, logger) => RedisLink.Open(options, logger), keyPrefix);
    }

    /// <inheritdoc cref="UseRedis(AgentTokenIssuerBuilder, string, string)"/>
    public static AgentTokenIssuerBuilder UseRedis(this AgentTokenIssuerBuilder tokens, string connection) =>
        UseRedis(tokens, connection, RedisIssuerState.DefaultKeyPrefix);

    /// <summary>Stores the issuer's state in Redis over the app's own connection, which is not disposed here.</summary>
    /// <param name="tokens">The issuer.</param>
    /// <param name="connection">Returns the connection.</param>
    /// <param name="keyPrefix">The prefix of all keys. Issuers that share a Redis need different prefixes.</param>
    public static AgentTokenIssuerBuilder UseRedis(
        this AgentTokenIssuerBuilder tokens, Func<IServiceProvider, IConnectionMultiplexer> connection, string keyPrefix)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return Use(tokens, (provider, logger) => new RedisLink(connection(provider), logger, disposesConnection: false), keyPrefix);
    }

    /// <inheritdoc cref="UseRedis(AgentTokenIssuerBuilder, Func{IServiceProvider, IConnectionMultiplexer}, string)"/>
    public static AgentTokenIssuerBuilder UseRedis(
        this AgentTokenIssuerBuilder tokens, Func<IServiceProvider, IConnectionMultiplexer> connection) =>
        UseRedis(tokens, connection, RedisIssuerState.DefaultKeyPrefix);

    private static AgentTokenIssuerBuilder Use(
        AgentTokenIssuerBuilder tokens, Func<IServiceProvider, ILogger, RedisLink> open, string keyPrefix)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(keyPrefix);
        tokens.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, RedisStartCheck>());
        return tokens.UseState(provider => new RedisIssuerState(
            open(provider, provider.GetRequiredService<ILogger<RedisIssuerState>>()), keyPrefix,
            provider.GetRequiredService<TimeProvider>()));
    }
}
