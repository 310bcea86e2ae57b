using Agentdom.AspNetCore;
using Agentdom.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Agentdom.Tests.AspNetCore;

/// <summary>What calls cost while the issuer does not answer.</summary>
public sealed class IssuerReachTests : IDisposable
{
    private readonly PatienceIsOver _time = new();
    private readonly LogCapture _log = new();
    private readonly IssuerReach _reach;
    private int _calls;

    public IssuerReachTests() => _reach = new IssuerReach("https://issuer.example.com", "about tokens", _time, _log.CreateLogger("test"));

    [Fact]
    public async Task RequestsOneAfterTheOtherDoNotAllWaitForAnIssuerThatDoesNotAnswer()
    {
        var first = await FailAsync();
        Assert.Contains("did not answer within 5 seconds", first);
        Assert.Equal(first, await FailAsync());
        Assert.Equal(2, _calls);

        for (var i = 0; i < 5; i++) Assert.Equal(first, await FailAsync());
        Assert.Equal(2, _calls);
        Assert.Single(_log.All);

        _time.Pass(1);
        Assert.Equal(1, await _reach.CallAsync(static _ => Task.FromResult(1)));
        Assert.Equal([2008, 2009], _log.All.Select(static entry => entry.Id));
    }

    [Fact]
    public async Task AClockThatIsSetBackDoesNotKeepItOut()
    {
        for (var i = 0; i < 3; i++) await FailAsync();
        Assert.Equal(2, _calls);

        _time.Set(-3600);
        _time.Pass(1);

        Assert.Equal(1, await _reach.CallAsync(static _ => Task.FromResult(1)));
    }

    public void Dispose() => _log.Dispose();

    // The issuer accepts the connection and sends nothing.
    private async Task<string> FailAsync()
    {
        var failure = await Assert.ThrowsAsync<IssuerStateException>(() => _reach.CallAsync(async stop =>
        {
            _calls++;
            await Task.Delay(Timeout.Infinite, stop);
            return 0;
        }).AsTask());
        Assert.True(failure.IsOutOfReach);
        return failure.Message;
    }

    /// <summary>A clock on which the time for which a call may take passes at once.</summary>
    private sealed class PatienceIsOver : TimeProvider
    {
        private readonly TwoClocks _clocks = new();

        public override long TimestampFrequency => _clocks.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => _clocks.GetUtcNow();

        public override long GetTimestamp() => _clocks.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime == Timeout.InfiniteTimeSpan) return base.CreateTimer(callback, state, dueTime, period);
            return base.CreateTimer(_ =>
            {
                _clocks.Pass(dueTime.TotalSeconds);
                callback(state);
            }, null, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }

        internal void Pass(double seconds) => _clocks.Pass(seconds);

        internal void Set(double seconds) => _clocks.Set(seconds);
    }
}
