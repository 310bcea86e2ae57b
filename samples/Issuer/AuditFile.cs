using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

/// <summary>
/// Appends the audit events to a file, a line each. Lines are collected and written together, at the latest after a fifth of a
/// second, because the console's logger makes a system call for each. If the file cannot be written, lines are left out and counted:
/// the issuer goes on.
/// </summary>
internal sealed class AuditFile : ILoggerProvider
{
    internal const string Category = "Agentdom.Audit";

    private const int Enough = 64 * 1024;

    private static readonly TimeSpan s_most = TimeSpan.FromSeconds(0.2);

    private readonly string _path;
    private readonly Lock _collecting = new();
    private readonly StringBuilder _lines = new();
    private readonly Timer _timer;
    private int _count;
    private long _leftOut;

    /// <param name="path">The file. It is created if it is missing; its folder must exist. It may be renamed at any time.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">This account may not write it.</exception>
    internal AuditFile(string path)
    {
        _path = path;
        Open().Dispose();
        _timer = new Timer(_ => Flush(), null, s_most, s_most);
    }

    public ILogger CreateLogger(string categoryName) =>
        categoryName == Category ? new Events(this) : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

    /// <summary>Writes what is left.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        Flush();
    }

    private void Add(LogLevel level, int id, string text)
    {
        lock (_collecting)
        {
            _lines.Append(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:yyyy-MM-dd'T'HH:mm:ss.fff'Z'} {level} {id} {text}\n");
            _count++;
            if (_lines.Length >= Enough) Flush();
        }
    }

    private void Flush()
    {
        lock (_collecting)
        {
            if (_count == 0) return;
            if (_leftOut > 0) _lines.Insert(0, $"{_leftOut} lines before this one could not be written.\n");
            try
            {
                using var file = Open();
                file.Write(Encoding.UTF8.GetBytes(_lines.ToString()));
                _leftOut = 0;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                if (_leftOut == 0) Console.Error.WriteLine($"Audit events are lost: {e.Message}");
                _leftOut += _count;
            }
            _lines.Clear();
            _count = 0;
        }
    }

    private FileStream Open()
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite, BufferSize = 0,
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
