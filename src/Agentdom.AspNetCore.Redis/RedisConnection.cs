using StackExchange.Redis;

namespace Agentdom.AspNetCore.Redis;

/// <summary>The issuer's connection settings, which make it fail fast.</summary>
internal static class RedisConnection
{
    internal static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    /// <exception cref="ArgumentException">The text is neither a connection string nor an address. It is not repeated.</exception>
    internal static ConfigurationOptions Parse(string connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        var options = RedisAddress.Is(connection) ? RedisAddress.Parse(connection) : ParseString(connection);
        options.AbortOnConnectFail = false;
        options.BacklogPolicy = BacklogPolicy.FailFast;
        options.ConnectRetry = 1;
        options.ConnectTimeout = options.SyncTimeout = options.AsyncTimeout = (int)Timeout.TotalMilliseconds;
        return options;
    }

    private static ConfigurationOptions ParseString(string connection)
    {
        try
        {
            if (ConfigurationOptions.Parse(connection) is { EndPoints.Count: > 0 } options) return options;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException)
        {
            // The message is dropped, because it quotes a part of the text that may be half of a password.
        }
        throw new ArgumentException(
            "This is not a Redis connection string. Write host:port and further options after commas, such as "
            + "\"10.0.0.7:6379,password=…,ssl=true\", or an address such as rediss://user:password@host:6380. A password with a "
            + "comma in it needs the address or ConfigurationOptions.",
            nameof(connection));
    }
}
