using System.Diagnostics;
using Microsoft.Extensions.Hosting;

namespace Agentdom.AspNetCore.Redis;

/// <summary>
/// Does not let the app start if Redis refuses the issuer's credentials or commands. If Redis is only down, the app starts.
/// </summary>
internal sealed class RedisStartCheck(IIssuerState state) : IHostedService
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    /// <exception cref="IssuerStateException">Redis refuses something. The message contains the reason.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // Another kind of state may have replaced it.
        if (state is not RedisIssuerState redis) return;
        var started = Stopwatch.StartNew();
        while (!await TryAsync(redis, cancellationToken) && started.Elapsed < RedisConnection.Timeout)
            await Task.Delay(s_pause, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // False if Redis cannot be reached. Right after the start the connection may not be up yet. If Redis stays out of reach, requests
    // are answered with 503 until it is back, and the reason is logged.
    private static async Task<bool> TryAsync(RedisIssuerState redis, CancellationToken cancel)
    {
        try
        {
            await redis.TryOutAsync(cancel);
            return true;
        }
        catch (IssuerStateException e) when (e.InnerException is not { } cause || !RedisFailure.IsRefusal(cause))
        {
            return false;
        }
    }
}
