using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Agentdom.Tests.Support;

/// <summary>Captures the log: id, level, category, text and all named values.</summary>
internal sealed class LogCapture : ILoggerProvider
{
    internal sealed record Entry(int Id, LogLevel Level, string Category, string Text, IReadOnlyDictionary<string, object?> Values);

    private readonly ConcurrentQueue<Entry> _entries = new();

    internal IReadOnlyList<Entry> All => [.. _entries];

    internal IReadOnlyList<Entry> Of(string category) => [.. _entries.Where(e => e.Category == category)];

    internal IReadOnlyList<Entry> Audit => Of("Agentdom.Audit");

    /// <summary>The whole log as one text.</summary>
    internal string AllText => string.Join('\n', _entries.Select(e => $"{e.Text} {string.Join(' ', e.Values.Values)}"));

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Logger(LogCapture capture, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel level, EventId id, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var values = state as IEnumerable<KeyValuePair<string, object?>> ?? [];
            capture._entries.Enqueue(new Entry(id.Id, level, category, formatter(state, exception) + exception,
                values.GroupBy(v => v.Key).ToDictionary(g => g.Key, g => g.Last().Value)));
        }
    }
}
