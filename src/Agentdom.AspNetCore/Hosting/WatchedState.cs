using Microsoft.Extensions.Logging;

namespace Agentdom.AspNetCore;

/// <summary>The issuer's state, which logs when it begins to fail and when it works again.</summary>
internal sealed class WatchedState(IIssuerState state, ILogger log) : IIssuerState
{
    // Apart, because a state that is full or read-only can still be read.
    private readonly Outage _writing = new(log);
    private readonly Outage _reading = new(log);

    public ValueTask<bool> TryRememberAsync(byte[] signature, DateTimeOffset until, CancellationToken cancel) =>
        _writing.WatchAsync(() => state.TryRememberAsync(signature, until, cancel));

    public async ValueTask RevokeAsync(string tokenId, DateTimeOffset until, CancellationToken cancel) =>
        await _writing.WatchAsync(async () =>
        {
            await state.RevokeAsync(tokenId, until, cancel);
            return true;
        });

    public ValueTask<bool> IsRevokedAsync(string tokenId, DateTimeOffset until, CancellationToken cancel) =>
        _reading.WatchAsync(() => state.IsRevokedAsync(tokenId, until, cancel));
}
