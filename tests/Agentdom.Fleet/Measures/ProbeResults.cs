using System.Collections.Concurrent;

namespace Agentdom.Fleet.Measures;

/// <summary>What the nodes answered to the probes. Thread-safe.</summary>
internal sealed class ProbeResults
{
    private readonly ConcurrentDictionary<(ProbeKind Kind, bool IsAccepted), int> _counts = new();
    private readonly ConcurrentDictionary<string, int> _unexpected = new();
    private readonly ConcurrentQueue<(string Node, TimeSpan Granted, TimeSpan Refused)> _replays = new();

    /// <summary>How often a kind was accepted, and how often it was accepted or refused.</summary>
    internal (int Accepted, int Tried) this[ProbeKind kind]
    {
        get
        {
            var accepted = _counts.GetValueOrDefault((kind, true));
            return (accepted, accepted + _counts.GetValueOrDefault((kind, false)));
        }
    }

    /// <summary>Whether each kind was tried and always refused, and nothing unexpected happened.</summary>
    internal bool AreGood =>
        _unexpected.IsEmpty && Enum.GetValues<ProbeKind>().Select(kind => this[kind]).All(static r => r is { Accepted: 0, Tried: > 0 });

    /// <summary>Answers that prove nothing, and failures of the probes themselves, with their numbers.</summary>
    internal IEnumerable<(string Text, int Count)> Unexpected => _unexpected.Select(static u => (u.Key, u.Value));

    internal void Answered(ProbeKind kind, bool isAccepted) => _counts.AddOrUpdate((kind, isAccepted), 1, static (_, count) => count + 1);

    internal void Surprised(string text) => _unexpected.AddOrUpdate(text, 1, static (_, count) => count + 1);

    /// <summary>Records that a node refused a replay because it knew the request, and not because of its age.</summary>
    internal void Recognized(string node, TimeSpan granted, TimeSpan refused) => _replays.Enqueue((node, granted, refused));

    /// <summary>Whether a node recognized a request from before a time after another time.</summary>
    internal bool HasRecognized(string node, TimeSpan before, TimeSpan after) =>
        _replays.Any(replay => replay.Node == node && replay.Granted < before && replay.Refused > after);
}
