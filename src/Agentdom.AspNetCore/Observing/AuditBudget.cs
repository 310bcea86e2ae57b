using System.Net;
using Microsoft.Extensions.Logging;

namespace Agentdom.AspNetCore;

/// <summary>
/// Bounds what can be written to the log without a valid token. In a minute, the first events of each network and of the whole
/// app are written, the rest is counted. The counts are written when the minute ends or the app stops. Thread-safe.
/// </summary>
internal sealed class AuditBudget : IDisposable
{
    internal const int PerNetwork = 60;
    internal const int PerApp = 600;

    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    private readonly ILogger _audit;
    private readonly Lock _counting = new();
    // Has at most one entry for each written event, so its size is bounded too.
    private readonly Dictionary<IPAddress, Tally> _networks = [];
    private readonly ITimer _minute;
    private int _written;
    private long _elsewhere;

    internal AuditBudget(ILogger audit, TimeProvider time)
    {
        _audit = audit;
        _minute = time.CreateTimer(
            static budget => ((AuditBudget)budget!).EndMinute(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <returns>True if an event of this sender may be written; false if it was counted instead.</returns>
    internal bool TryTake(IPAddress? address)
    {
        var network = ClientNetwork.Of(address);
        lock (_counting)
        {
            // The minute begins with its first event, so that nothing runs while there are none.
            if (_written == 0) _minute.Change(s_minute, Timeout.InfiniteTimeSpan);
            _networks.TryGetValue(network, out var tally);
            if (tally?.Written == PerNetwork)
            {
                tally.LeftOut++;
                return false;
            }
            if (_written == PerApp)
            {
                _elsewhere++;
                return false;
            }
            if (tally is null) _networks.Add(network, tally = new Tally());
            tally.Written++;
            _written++;
            return true;
        }
    }

    /// <summary>Writes the counts of the last minute.</summary>
    public void Dispose()
    {
        _minute.Dispose();
        EndMinute();
    }

    private void EndMinute()
    {
        List<(string Address, long Count)> leftOut;
        lock (_counting)
        {
            leftOut = [.. _networks.Where(static n => n.Value.LeftOut > 0)
                .Select(static n => (ClientNetwork.Text(n.Key), n.Value.LeftOut))];
            if (_elsewhere > 0) leftOut.Add(("other addresses", _elsewhere));
            _networks.Clear();
            (_written, _elsewhere) = (0, 0);
        }
        foreach (var (address, count) in leftOut) _audit.LeftOut(count, address);
    }

    private sealed class Tally
    {
        internal int Written;
        internal long LeftOut;
    }
}
