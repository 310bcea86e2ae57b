namespace Agentdom.Fleet.Measures;

/// <summary>Counts over simulated time, in steps of <see cref="Step"/>.</summary>
internal sealed class Series(TimeSpan length)
{
    internal static readonly TimeSpan Step = TimeSpan.FromSeconds(10);

    private static readonly int s_counters = Enum.GetValues<Counter>().Length;

    private readonly long[] _counts = new long[((int)(length / Step) + 1) * s_counters];

    internal int Steps => _counts.Length / s_counters;

    internal long this[int step, Counter counter] => Interlocked.Read(ref _counts[step * s_counters + (int)counter]);

    /// <summary>Counts one at a time since the start. What is later than the end counts as the end.</summary>
    internal void Count(Counter counter, TimeSpan at)
    {
        var step = Math.Clamp((int)(at / Step), 0, Steps - 1);
        Interlocked.Increment(ref _counts[step * s_counters + (int)counter]);
    }

    internal long Total(Counter counter) => Of(counter).Sum();

    internal IEnumerable<long> Of(Counter counter) => Enumerable.Range(0, Steps).Select(step => this[step, counter]);
}
