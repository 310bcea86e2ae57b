using System.Diagnostics;

namespace Agentdom.Client;

/// <summary>
/// A lock that processes and threads of one user share: an open file that nobody else may open. The system gives it
/// back when its holder dies. Its file stays, since taking it away while others wait for it would give them two locks.
/// </summary>
internal sealed class CrossProcessLock : IDisposable
{
    private static readonly TimeSpan s_shortestPause = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMilliseconds(50);

    private readonly FileStream _file;

    private CrossProcessLock(FileStream file) => _file = file;

    /// <summary>The lock for renewing an entry, named like the entry.</summary>
    /// <returns>Null where somebody else holds it all the while.</returns>
    /// <exception cref="AtpException"><see cref="AtpError.VaultUnwritable"/>: there is no place for locks.</exception>
    /// <exception cref="OperationCanceledException">The wait was ended.</exception>
    public static CrossProcessLock? ForEntry(string name, TimeSpan wait, CancellationToken cancel) =>
        TryAcquire(Path.Combine(AgentdomHome.Locks, name + ".lock"), wait, cancel);

    internal static CrossProcessLock? TryAcquire(string path, TimeSpan wait, CancellationToken cancel)
    {
        var waited = Stopwatch.StartNew();
        var pause = s_shortestPause;
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            if (TryOpen(path) is { } file) return new CrossProcessLock(file);
            if (waited.Elapsed >= wait) return null;
            cancel.WaitHandle.WaitOne(pause);
            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, s_longestPause.Ticks));
        }
    }

    /// <summary>Gives the lock back.</summary>
    public void Dispose() => _file.Dispose();

    private static FileStream? TryOpen(string path)
    {
        try
        {
            AtomicFile.CreateDirectory(Path.GetDirectoryName(path)!);
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (IsHeld(e))
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AtpException(AtpError.VaultUnwritable, $"A lock cannot be taken: {e.Message}",
                $"Let this user write to {Path.GetDirectoryName(path)}, or move the vault with {AgentdomHome.Variable}.", e);
        }
    }

    // EWOULDBLOCK of Linux, that of macOS, and Windows' two. All else, a read-only disk for one, does not pass by waiting.
    private static bool IsHeld(IOException e) => e.HResult is 11 or 35 or unchecked((int)0x80070020) or unchecked((int)0x80070021);
}
