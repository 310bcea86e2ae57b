using System.Collections.Concurrent;
using Agentdom.Fleet.Time;

namespace Agentdom.Fleet.Measures;

/// <summary>Everything that a run measures. Thread-safe.</summary>
internal sealed class Measurements(ClockPlan plan, TimeSpan length)
{
    private readonly ConcurrentDictionary<string, (TimeSpan Sent, TimeSpan At)> _lastTokens = new();
    private readonly ConcurrentDictionary<string, (TimeSpan At, TimeSpan Age)> _firstRenewals = new();

    internal Series Series { get; } = new(length);

    /// <summary>Agents whose token was missing or refused.</summary>
    internal Gaps WithoutToken { get; } = new();

    /// <summary>Agents whose calls failed, for whatever reason.</summary>
    internal Gaps WithoutAnswer { get; } = new();

    internal ConcurrentQueue<SizeSample> Sizes { get; } = new();

    internal ConcurrentQueue<(TimeSpan At, string Text)> Events { get; } = new();

    /// <summary>How often each kind of failure was seen, such as <c>API 503</c> or an error's name.</summary>
    internal ConcurrentDictionary<string, int> Failures { get; } = new();

    internal ProbeResults Probes { get; } = new();

    /// <summary>The times in which a node or a part of the state was down, from its kill until it was started again.</summary>
    internal ConcurrentQueue<(TimeSpan From, TimeSpan To)> Restarts { get; } = new();

    /// <summary>When agents got their second token, and the age of their first one when they asked for it, by their ids.</summary>
    internal IReadOnlyDictionary<string, (TimeSpan At, TimeSpan Age)> FirstRenewals => _firstRenewals;

    /// <summary>The simulated time since the start.</summary>
    internal TimeSpan Elapsed => plan.Now - plan.Start;

    internal void Count(Counter counter) => Series.Count(counter, Elapsed);

    /// <summary>Counts a token, and whether it is the agent's first.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="sent">When its request was sent.</param>
    internal void Granted(string agent, TimeSpan sent)
    {
        var at = Elapsed;
        Series.Count(Counter.Granted, at);
        if (_lastTokens.TryGetValue(agent, out var last))
        {
            Series.Count(Counter.Renewed, at);
            _firstRenewals.TryAdd(agent, (at, sent - last.Sent));
        }
        _lastTokens[agent] = (sent, at);
    }

    /// <summary>Whether an agent has got a token since then.</summary>
    internal bool GotToken(string agent, TimeSpan since) => _lastTokens.TryGetValue(agent, out var last) && last.At >= since;

    internal void Failed(string reason) => Failures.AddOrUpdate(reason, 1, static (_, count) => count + 1);

    internal void Note(string text)
    {
        var at = Elapsed;
        Events.Enqueue((at, text));
        Console.WriteLine($"{at:hh\\:mm\\:ss} {text}");
    }
}
