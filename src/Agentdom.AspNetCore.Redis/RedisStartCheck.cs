using Microsoft.Extensions.Hosting;

namespace Agentdom.AspNetCore.Redis;

/// <summary>
/// Does not let the app start if Redis refuses the issuer's credentials or commands. If Redis is only down, the app starts.
/// </summary>
internal sealed class RedisStartCheck(IIssuerState state) : IHostedService
{
    /// <exception cref="IssuerStateException">Redis refuses something. The message contains the reason.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // Another kind of state may have replaced it.
        if (state is not RedisIssuerState redis) return;
        try
        {
            await redis.TryOutAsync(cancellationToken);
        }
        catch (IssuerStateException e) when (e.InnerException is not { } cause || !RedisFailure.IsRefusal(cause))
        {
            // Requests are answered with 503 until it is back, and the reason is logged.
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
