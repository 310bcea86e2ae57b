using Agentdom.AspNetCore;
using Agentdom.AspNetCore.Redis;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

// Beside AddAgentTokenIssuer, so that no further using is needed.
namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Chooses Redis for what the issuer remembers.</summary>
public static class RedisStateExtensions
{
    /// <summary>
    /// Keeps what the issuer remembers in a Redis, by which several nodes act as one. The app starts also while Redis is
    /// down, and answers 503 until it is up.
    /// </summary>
    /// <param name="tokens">The issuer.</param>
    /// <param name="connection">
    /// As StackExchange.Redis reads it, such as <c>10.0.0.7:6379,password=…,ssl=true</c>. Timeouts, backlog and what happens
    /// where Redis is down are set here whatever it says; for others, pass a connection of the app's own.
    /// </param>
    /// <param name="keyPrefix">What keys start with: another for each issuer that shares the Redis.</param>
    /// <exception cref="ArgumentException">The text is no connection string. The message does not repeat it.</exception>
    /// <remarks>See <see cref="RedisIssuerState"/> for how durable this is.</remarks>
    public static AgentTokenIssuerBuilder UseRedis(this AgentTokenIssuerBuilder tokens, string connection, string keyPrefix)
    {
        var options = RedisConnection.Parse(connection);
        return Use(tokens, _ => ConnectionMultiplexer.Connect(options), keyPrefix, dispose: true);
    }

    /// <inheritdoc cref="UseRedis(AgentTokenIssuerBuilder, string, string)"/>
    public static AgentTokenIssuerBuilder UseRedis(this AgentTokenIssuerBuilder tokens, string connection) =>
        UseRedis(tokens, connection, RedisIssuerState.DefaultKeyPrefix);

    /// <summary>The same, by a connection that the app has already and disposes of itself.</summary>
    /// <param name="tokens">The issuer.</param>
    /// <param name="connection">Finds the connection.</param>
    /// <param name="keyPrefix">What keys start with: another for each issuer that shares the Redis.</param>
    public static AgentTokenIssuerBuilder UseRedis(
        this AgentTokenIssuerBuilder tokens, Func<IServiceProvider, IConnectionMultiplexer> connection, string keyPrefix)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return Use(tokens, connection, keyPrefix, dispose: false);
    }

    /// <inheritdoc cref="UseRedis(AgentTokenIssuerBuilder, Func{IServiceProvider, IConnectionMultiplexer}, string)"/>
    public static AgentTokenIssuerBuilder UseRedis(
        this AgentTokenIssuerBuilder tokens, Func<IServiceProvider, IConnectionMultiplexer> connection) =>
        UseRedis(tokens, connection, RedisIssuerState.DefaultKeyPrefix);

    private static AgentTokenIssuerBuilder Use(
        AgentTokenIssuerBuilder tokens, Func<IServiceProvider, IConnectionMultiplexer> connection, string keyPrefix, bool dispose)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(keyPrefix);
        return tokens.UseState(provider => new RedisIssuerState(
            connection(provider), keyPrefix, provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<RedisIssuerState>>(), dispose));
    }
}
