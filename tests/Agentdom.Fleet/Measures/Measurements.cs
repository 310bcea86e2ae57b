using System.Collections.Concurrent;
using Agentdom.Fleet.Time;

namespace Agentdom.Fleet.Measures;

/// <summary>Everything that a run measures. Thread-safe.</summary>
internal sealed class Measurements(ClockPlan plan, TimeSpan length)
{
    private readonly ConcurrentDictionary<string, TimeSpan> _firstTokens = new();
    private readonly ConcurrentDictionary<string, TimeSpan> _secondTokens = new();
    private long _acceptedDead;
    private long _askedDead;
    private long _acceptedReplays;
    private long _sentReplays;

    internal Series Series { get; } = new(length);

    /// <summary>Agents whose token was missing or refused.</summary>
    internal Gaps WithoutToken { get; } = new();

    /// <summary>Agents whose calls failed, for whatever reason.</summary>
    internal Gaps WithoutAnswer { get; } = new();

    internal ConcurrentQueue<SizeSample> Sizes { get; } = new();

    internal ConcurrentQueue<(TimeSpan At, string Text)> Events { get; } = new();

    /// <summary>How often each kind of failure was seen, such as <c>API 503</c> or an error's name.</summary>
    internal ConcurrentDictionary<string, int> Failures { get; } = new();

    /// <summary>How often a dead token was accepted, and how often one was tried.</summary>
    internal (long Accepted, long Asked) DeadTokens => (Interlocked.Read(ref _acceptedDead), Interlocked.Read(ref _askedDead));

    /// <summary>How often a request was accepted again, and how often one was sent again.</summary>
    internal (long Accepted, long Sent) Replays => (Interlocked.Read(ref _acceptedReplays), Interlocked.Read(ref _sentReplays));

    /// <summary>When agents got their first token, by their ids.</summary>
    internal IReadOnlyDictionary<string, TimeSpan> FirstTokens => _firstTokens;

    /// <summary>When agents renewed for the first time, by their ids.</summary>
    internal IReadOnlyDictionary<string, TimeSpan> SecondTokens => _secondTokens;

    /// <summary>The simulated time since the start.</summary>
    internal TimeSpan Elapsed => plan.Now - plan.Start;

    internal void Count(Counter counter) => Series.Count(counter, Elapsed);

    /// <summary>Counts a token, and whether it is the agent's first.</summary>
    internal void Granted(string agent)
    {
        var at = Elapsed;
        Series.Count(Counter.Granted, at);
        if (_firstTokens.TryAdd(agent, at)) return;
        Series.Count(Counter.Renewed, at);
        _secondTokens.TryAdd(agent, at);
    }

    internal void Failed(string reason) => Failures.AddOrUpdate(reason, 1, static (_, count) => count + 1);

    internal void Note(string text)
    {
        var at = Elapsed;
        Events.Enqueue((at, text));
        Console.WriteLine($"{at:hh\\:mm\\:ss} {text}");
    }

    internal void AskedDead(bool isAccepted, string details)
    {
        Interlocked.Increment(ref _askedDead);
        if (!isAccepted) return;
        Interlocked.Increment(ref _acceptedDead);
        Note($"A DEAD TOKEN WAS ACCEPTED: {details}");
    }

    internal void SentAgain(bool isAccepted, string details)
    {
        Interlocked.Increment(ref _sentReplays);
        if (!isAccepted) return;
        Interlocked.Increment(ref _acceptedReplays);
        Note($"A REPLAY WAS ACCEPTED: {details}");
    }
}
