using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

/// <summary>
/// Appends the audit events to a file, a line each. Lines are collected and written together, at the latest after a fifth of a
/// second, because the console's logger makes a system call for each. No request waits for the disk. If the file cannot be written, or
/// not fast enough, lines are left out and counted. Each process needs a file of its own.
/// </summary>
internal sealed class AuditFile : ILoggerProvider
{
    internal const string Category = "Agentdom.Audit";

    // In characters.
    private const int Enough = 64 * 1024;
    private const int Most = 4 * 1024 * 1024;

    private static readonly TimeSpan s_most = TimeSpan.FromSeconds(0.2);

    private readonly string _path;
    private readonly Lock _collecting = new();
    private readonly Lock _writing = new();
    private readonly StringBuilder _lines = new();
    private readonly Timer _timer;
    private int _count;
    private long _leftOut;
    private bool _isFailing;

    /// <param name="path">The file. It is created if it is missing; its folder must exist. It may be renamed at any time.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">This account may not write it.</exception>
    internal AuditFile(string path)
    {
        _path = path;
        Open().Dispose();
        _timer = new Timer(_ => TryFlush(), null, s_most, s_most);
    }

    public ILogger CreateLogger(string categoryName) =>
        categoryName == Category ? new Events(this) : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

    /// <summary>Writes what is left.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        lock (_writing) Flush();
    }

    private void Add(LogLevel level, int id, string text)
    {
        bool isEnough;
        lock (_collecting)
        {
            if (_lines.Length >= Most)
            {
                _leftOut++;
                return;
            }
            var before = _lines.Length;
            _lines.Append(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:yyyy-MM-dd'T'HH:mm:ss.fff'Z'} {level} {id} {text}\n");
            _count++;
            isEnough = before < Enough && _lines.Length >= Enough;
        }
        if (isEnough) _timer.Change(TimeSpan.Zero, s_most);
    }

    // A slow disk must not occupy one thread after the other.
    private void TryFlush()
    {
        if (!_writing.TryEnter()) return;
        try
        {
            Flush();
        }
        finally
        {
            _writing.Exit();
        }
    }

    private void Flush()
    {
        var (text, count, leftOut) = Take();
        if (count == 0) return;
        // On a line of its own, also if a part of the last one was written.
        if (leftOut > 0) text = $"\nUp to {leftOut} lines near this one could not be written.\n{text}";
        try
        {
            using var file = Open();
            file.Write(Encoding.UTF8.GetBytes(text));
            _isFailing = false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (!_isFailing) Console.Error.WriteLine($"Audit events are lost: {e.Message}");
            _isFailing = true;
            lock (_collecting) _leftOut += leftOut + count;
        }
    }

    private (string Text, int Count, long LeftOut) Take()
    {
        lock (_collecting)
        {
            if (_count == 0) return ("", 0, 0);
            var taken = (_lines.ToString(), _count, _leftOut);
            _lines.Clear();
            (_count, _leftOut) = (0, 0);
            return taken;
        }
    }

    private FileStream Open()
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(_path, options);
    }

    private sealed class Events(AuditFile file) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            file.Add(logLevel, eventId.Id, formatter(state, exception));
    }
}
