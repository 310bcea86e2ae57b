using System.Globalization;

namespace Agentdom.Fleet.Time;

/// <summary>
/// How simulated time follows real time. All processes of a run have the same plan, so they agree on the time without asking each
/// other. Time runs at the speed of the run, and slower while something happens whose length matters, such as an outage.
/// </summary>
internal sealed class ClockPlan
{
    private readonly ClockSegment[] _segments;

    private ClockPlan(ClockSegment[] segments) => _segments = segments;

    internal DateTimeOffset Start => At(_segments[0].Simulated);

    internal DateTimeOffset Now => At(Simulated(RealNow));

    /// <param name="start">When the run begins, in real and in simulated time.</param>
    /// <param name="speed">How many times as fast as real time.</param>
    /// <param name="slow">The spans at another speed, since the start, in their order.</param>
    internal static ClockPlan Make(DateTimeOffset start, double speed, IEnumerable<(TimeSpan From, TimeSpan To, double Speed)> slow)
    {
        var begin = start.ToUnixTimeMilliseconds();
        var last = new ClockSegment(begin, begin, speed);
        var segments = new List<ClockSegment> { last };
        foreach (var (from, to, slowly) in slow)
        {
            Add(from, slowly);
            Add(to, speed);
        }
        return new ClockPlan([.. segments]);

        void Add(TimeSpan at, double next)
        {
            var simulated = begin + at.TotalMilliseconds;
            last = new ClockSegment(last.Real + (simulated - last.Simulated) / last.Speed, simulated, next);
            segments.Add(last);
        }
    }

    internal static ClockPlan Parse(string text) => new(
        [.. text.Split(';').Select(static segment => segment.Split(':'))
            .Select(static part => new ClockSegment(Number(part[0]), Number(part[1]), Number(part[2])))]);

    /// <summary>Segments separated by semicolons, each as real moment, simulated moment and speed, separated by colons.</summary>
    public override string ToString() => string.Join(';', _segments.Select(
        static segment => $"{segment.Real:0.###}:{segment.Simulated:0.###}:{segment.Speed:0.###}"));

    /// <summary>The real time until a simulated moment, or zero if it has passed.</summary>
    internal TimeSpan RealUntil(DateTimeOffset simulated)
    {
        var wanted = (simulated - DateTimeOffset.UnixEpoch).TotalMilliseconds;
        var segment = Find(s => s.Simulated <= wanted);
        var left = segment.Real + (wanted - segment.Simulated) / segment.Speed - RealNow;
        return TimeSpan.FromMilliseconds(Math.Max(left, 0));
    }

    private static double RealNow => (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).TotalMilliseconds;

    private double Simulated(double real)
    {
        var segment = Find(s => s.Real <= real);
        return segment.Simulated + (real - segment.Real) * segment.Speed;
    }

    private ClockSegment Find(Func<ClockSegment, bool> hasBegun)
    {
        for (var i = _segments.Length - 1; i > 0; i--)
        {
            if (hasBegun(_segments[i])) return _segments[i];
        }
        return _segments[0];
    }

    private static DateTimeOffset At(double milliseconds) => DateTimeOffset.UnixEpoch.AddMilliseconds(milliseconds);

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
