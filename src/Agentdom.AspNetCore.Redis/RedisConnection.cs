using StackExchange.Redis;

namespace Agentdom.AspNetCore.Redis;

/// <summary>How the issuer wants to be connected: it rather says no at once than yes late.</summary>
internal static class RedisConnection
{
    internal static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    /// <exception cref="ArgumentException">The text is no connection string.</exception>
    internal static ConfigurationOptions Parse(string connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ConfigurationOptions? options = null;
        try
        {
            options = ConfigurationOptions.Parse(connection);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException)
        {
            // Its message is dropped: it quotes the text, and what is taken for a wrong word may be half of a password.
        }
        if (options is null || options.EndPoints.Count == 0)
        {
            throw new ArgumentException(
                "This is not a Redis connection string. Write host:port, and after commas what else is needed, as in "
                + "\"10.0.0.7:6379,password=…,ssl=true\". A password with a comma in it needs ConfigurationOptions.",
                nameof(connection));
        }
        options.AbortOnConnectFail = false;
        options.BacklogPolicy = BacklogPolicy.FailFast;
        options.ConnectRetry = 1;
        options.ConnectTimeout = options.SyncTimeout = options.AsyncTimeout = (int)Timeout.TotalMilliseconds;
        return options;
    }
}
