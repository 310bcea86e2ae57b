namespace Agentdom.Tests.AspNetCoreRedis;

/// <summary>A server that is started once for all tests of a class.</summary>
public abstract class SharedRedis : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private Task<(IAsyncDisposable Server, string Connection)>? _start;

    // Not when the fixture is made, because only a test can be skipped.
    internal async Task<string> ConnectionAsync()
    {
        lock (_lock) _start ??= StartAsync();
        return (await _start).Connection;
    }

    private protected abstract Task<(IAsyncDisposable Server, string Connection)> StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (_start is { IsCompletedSuccessfully: true }) await (await _start).Server.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
