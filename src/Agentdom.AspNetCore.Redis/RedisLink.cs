using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Agentdom.AspNetCore.Redis;

/// <summary>The connection to Redis. If a Sentinel has to be asked where it is, there may be none yet.</summary>
internal sealed class RedisLink : IDisposable, IAsyncDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly ILogger? _logger;
    private readonly bool _disposesConnection;
    private readonly ConnectionMultiplexer? _sentinel;
    private EvictionWarning? _eviction;
    private volatile bool _isDisposed;
    private volatile Target? _target;
    private volatile Exception? _failure;

    internal RedisLink(IConnectionMultiplexer redis, ILogger? logger, bool disposesConnection)
    {
        (_logger, _disposesConnection) = (logger, disposesConnection);
        Use(redis);
    }

    private RedisLink(ConfigurationOptions options, ILogger? logger)
    {
        (_logger, _disposesConnection) = (logger, true);
        if (string.IsNullOrEmpty(options.ServiceName))
        {
            Use(ConnectionMultiplexer.Connect(options));
            return;
        }
        var toSentinel = options.Clone();
        (toSentinel.User, toSentinel.Password) = (options.SentinelUser, options.SentinelPassword);
        _sentinel = ConnectionMultiplexer.SentinelConnect(toSentinel);
        if (!TryFindMaster(options)) _ = Task.Run(() => FindMasterAsync(options));
    }

    /// <summary>Connects, also if Redis is down.</summary>
    internal static RedisLink Open(ConfigurationOptions options, ILogger? logger) => new(options, logger);

    /// <summary>Whether one script may have keys of several slots: there is no cluster and no proxy.</summary>
    internal bool HasAllSlotsInOnePlace =>
        _target is not { } target || Array.TrueForAll(target.Redis.GetServers(), static s => s.ServerType == ServerType.Standalone);

    private Target Current => _target ?? throw RedisFailure.NotFound(_failure);

    /// <summary>Makes sure that Redis knows the user that was given.</summary>
    /// <exception cref="IssuerStateException">Redis cannot be reached, or refuses the user.</exception>
    internal async Task RequireUserAsync(CancellationToken cancel)
    {
        try
        {
            var target = Current;
            if (ConfigurationOptions.Parse(target.Redis.Configuration).User is not { Length: > 0 } user) return;
            var current = await target.Database.ExecuteAsync("ACL", "WHOAMI").WaitAsync(RedisConnection.Timeout, cancel);
            // If the server's default user needs no password, the client goes on as that one, with rights of its own.
            if ((string?)current != user) throw RedisFailure.WrongUser();
        }
        catch (RedisServerException)
        {
            // The user may not ask, or Redis has no users yet. The next commands show what it may do.
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancel.IsCancellationRequested)
        {
            throw RedisFailure.Of(e);
        }
    }

    /// <summary>Runs a script on the master, because a replica may lag behind.</summary>
    /// <exception cref="IssuerStateException">Redis cannot be reached, or refuses it.</exception>
    internal async ValueTask<RedisResult> RunAsync(string script, RedisKey[] keys, RedisValue[] values, CancellationToken cancel)
    {
        try
        {
            // The app's own connection may have a longer timeout.
            return await Current.Database.ScriptEvaluateAsync(script, keys, values, CommandFlags.DemandMaster)
                .WaitAsync(RedisConnection.Timeout, cancel);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancel.IsCancellationRequested)
        {
            throw RedisFailure.Of(e);
        }
    }

    public void Dispose()
    {
        if (End() is { } target && _disposesConnection) target.Redis.Dispose();
        _sentinel?.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        if (End() is { } target && _disposesConnection) await target.Redis.DisposeAsync();
        if (_sentinel is not null) await _sentinel.DisposeAsync();
    }

    private Target? End()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _eviction?.Dispose();
            return _target;
        }
    }

    private void Use(IConnectionMultiplexer redis)
    {
        var database = redis.GetDatabase();
        lock (_lock)
        {
            if (!_isDisposed)
            {
                _eviction = new EvictionWarning(redis, _logger);
                _target = new Target(redis, database);
                return;
            }
        }
        redis.Dispose();
    }

    private async Task FindMasterAsync(ConfigurationOptions options)
    {
        do await Task.Delay(s_pause);
        while (!_isDisposed && !TryFindMaster(options));
    }

    // The client does this too, but gives up, or takes something else for the master, if no Sentinel answers at first.
    private bool TryFindMaster(ConfigurationOptions options)
    {
        var (sentinel, service) = (_sentinel!, options.ServiceName!);
        try
        {
            if (!Array.Exists(sentinel.GetServers(), s => s.IsConnected && s.SentinelGetMasterAddressByName(service) is not null))
            {
                _failure = null;
                return false;
            }
            Use(sentinel.GetSentinelMasterConnection(options));
            return true;
        }
        catch (Exception e)
        {
            // Whatever it is, the next attempt may succeed.
            _failure = e;
            return false;
        }
    }

    private sealed record Target(IConnectionMultiplexer Redis, IDatabase Database);
}
