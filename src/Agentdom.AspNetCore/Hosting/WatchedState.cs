using Microsoft.Extensions.Logging;

namespace Agentdom.AspNetCore;

/// <summary>The issuer's state, which logs when it begins to fail and when it works again.</summary>
internal sealed class WatchedState(IIssuerState state, ILogger log) : IIssuerState
{
    // Apart, because a state that is full or read-only can still be read.
    private readonly Outage _writing = new(log);
    private readonly Outage _reading = new(log);

    public ValueTask<bool> TryRememberAsync(byte[] signature, DateTimeOffset until, CancellationToken cancel) =>
        WatchAsync(_writing, () => state.TryRememberAsync(signature, until, cancel));

    public async ValueTask RevokeAsync(string tokenId, DateTimeOffset until, CancellationToken cancel) =>
        await WatchAsync(_writing, async () =>
        {
            await state.RevokeAsync(tokenId, until, cancel);
            return true;
        });

    public ValueTask<bool> IsRevokedAsync(string tokenId, DateTimeOffset until, CancellationToken cancel) =>
        WatchAsync(_reading, () => state.IsRevokedAsync(tokenId, until, cancel));

    private static async ValueTask<bool> WatchAsync(Outage outage, Func<ValueTask<bool>> call)
    {
        try
        {
            var answer = await call();
            outage.End();
            return answer;
        }
        catch (IssuerStateException e)
        {
            // Only the message, because a store's own exception may contain confidential details.
            outage.Begin(e.Message);
            throw;
        }
    }
}
