using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Agentdom.AspNetCore;

namespace Agentdom.Tests.Support;

/// <summary>Listens to one app's meter.</summary>
internal sealed class Metrics : IDisposable
{
    private readonly ConcurrentQueue<(string Name, double Value, Dictionary<string, object?> Tags)> _measured = new();
    private readonly MeterListener _listener = new();

    internal Metrics(IMeterFactory factory)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Scope == factory && instrument.Meter.Name == AgentTokenDefaults.TelemetryName)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((i, value, tags, _) => Add(i, value, tags));
        _listener.SetMeasurementEventCallback<double>((i, value, tags, _) => Add(i, value, tags));
        _listener.Start();
    }

    internal double Sum(string name, string operation, string outcome) => _measured
        .Where(m => m.Name == name && operation.Equals(m.Tags["operation"]) && outcome.Equals(m.Tags["outcome"])).Sum(m => m.Value);

    internal int Count(string name) => _measured.Count(m => m.Name == name);

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _measured.Enqueue((instrument.Name, value, new Dictionary<string, object?>(tags.ToArray())));
}
