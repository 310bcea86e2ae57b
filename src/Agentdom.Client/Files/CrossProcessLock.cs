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
        FileStream? file = null;
        try
        {
            PrivatePath.CreateFolder(Path.GetDirectoryName(path)!);
            file = Open(path);
#if NET
            // .NET takes no lock if DOTNET_SYSTEM_IO_DISABLEFILELOCKING is set, and ignores file systems that have none.
            if (OperatingSystem.IsWindows() || UnixFile.TryLock(file.SafeFileHandle)) return file;
            file.Dispose();
            return null;
#else
            return file;
#endif
        }
        catch (IOException e) when (IsHeld(e))
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            file?.Dispose();
            throw new AtpException(AtpError.VaultUnwritable, $"A lock cannot be taken: {e.Message}",
                file is null ? AdviceToOpen(path, e) : $"Set {AgentdomHome.Variable} to a folder on a local disk.", e);
        }
    }

    // Another user's file can be locked by whoever may read it. Root may have created it.
    private static FileStream Open(string path)
    {
        try
        {
            return AtomicFile.OpenOrCreate(path);
        }
        catch (UnauthorizedAccessException) when (File.Exists(path))
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.None);
        }
    }

    private static string AdviceToOpen(string path, Exception failure) => failure is UnauthorizedAccessException && File.Exists(path)
        ? $"Remove {path} while nothing else uses the vault; it was probably created by root."
        : WriteAdvice.For(failure, Path.GetDirectoryName(path)!);

    // EWOULDBLOCK on Linux and on macOS, and two Windows codes. Waiting does not help with other errors, such as a read-only disk.
    private static bool IsHeld(IOException e) => e.HResult is 11 or 35 or unchecked((int)0x80070020) or unchecked((int)0x80070021);
}
