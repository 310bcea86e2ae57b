using System.Diagnostics;

namespace Agentdom.Client;

/// <summary>
/// A lock between the processes and threads of one user: a file that is open exclusively. The system releases it if the
/// process dies. The file is never deleted, because waiters could then hold locks on two different files.
/// </summary>
internal sealed class CrossProcessLock : IDisposable
{
    private static readonly TimeSpan s_shortestPause = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMilliseconds(50);

    private readonly FileStream _file;

    private CrossProcessLock(FileStream file) => _file = file;

    /// <summary>The lock for renewing an entry. It has the entry's name.</summary>
    /// <returns>Null if the lock was not released in time.</returns>
    /// <exception cref="AtpException"><see cref="AtpError.VaultUnwritable"/>: the lock's file cannot be created.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
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

    /// <summary>Releases the lock.</summary>
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

    // EWOULDBLOCK on Linux and on macOS, and two Windows codes. Waiting does not help with other errors, such as a read-only disk.
    private static bool IsHeld(IOException e) => e.HResult is 11 or 35 or unchecked((int)0x80070020) or unchecked((int)0x80070021);
}
