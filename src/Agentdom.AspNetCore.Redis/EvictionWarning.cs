using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Agentdom.AspNetCore.Redis;

/// <summary>
/// Warns on each connection if Redis may evict keys to free memory. It uses INFO, because hosted Redis services do not allow
/// CONFIG.
/// </summary>
internal sealed partial class EvictionWarning : IDisposable
{
    private readonly IConnectionMultiplexer _redis;
    private readonly ILogger? _logger;

    internal EvictionWarning(IConnectionMultiplexer redis, ILogger? logger)
    {
        _redis = redis;
        _logger = logger;
        if (logger is null) return;
        redis.ConnectionRestored += OnConnected;
        _ = CheckAsync();
    }

    public void Dispose() => _redis.ConnectionRestored -= OnConnected;

    private void OnConnected(object? sender, ConnectionFailedEventArgs e)
    {
        if (e.ConnectionType == ConnectionType.Interactive) _ = CheckAsync();
    }

    private async Task CheckAsync()
    {
        try
        {
            foreach (var server in _redis.GetServers())
            {
                if (!server.IsConnected || server.IsReplica) continue;
                // From a script, because the client treats INFO itself as an admin command (allowAdmin).
                var answer = await server.ExecuteAsync("EVAL", "return redis.call('INFO', 'memory')", "0");
                var memory = answer.ToString().Split('\n', StringSplitOptions.TrimEntries);
                var policy = Value(memory, "maxmemory_policy:") ?? "noeviction";
                if (Value(memory, "maxmemory:") is not (null or "0") && policy != "noeviction")
                    WarnOfEviction(_logger!, server.EndPoint, policy);
            }
        }
        catch (Exception e)
        {
            // The check is best effort, but a failure is logged, so that the administrator can check the policy.
            TellThatItIsUnknown(_logger!, e.GetType().Name);
        }
    }

    private static string? Value(string[] lines, string name) =>
        lines.FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?[name.Length..];

    [LoggerMessage(4101, LogLevel.Warning,
        "Redis at {EndPoint} evicts keys when its memory is full (maxmemory-policy {Policy}): a revoked token could become "
        + "valid again, and a request could be replayed. Set maxmemory-policy noeviction.", EventName = "RedisEvicts")]
    private static partial void WarnOfEviction(ILogger logger, System.Net.EndPoint endPoint, string policy);

    [LoggerMessage(4102, LogLevel.Information,
        "Could not check whether Redis evicts keys when its memory is full ({Reason}).", EventName = "RedisEvictionUnknown")]
    private static partial void TellThatItIsUnknown(ILogger logger, string reason);
}
