using System.Collections.Concurrent;

namespace Agentdom.Client;

/// <summary>
/// The lock under which the files in a vault's folder are changed. Only one thread of one process holds it at a time, so a temporary
/// file that its holder finds is from a process that died. The first holder in this process removes such files.
/// </summary>
/// <param name="folder">The folder.</param>
/// <param name="cancel">Cancels the wait for other writers.</param>
internal sealed class VaultWriteLock(string folder, CancellationToken cancel)
{
    private const string LockFile = "vault.lock";

    private static readonly TimeSpan s_wait = TimeSpan.FromSeconds(30);
    private static readonly ConcurrentDictionary<string, bool> s_cleaned = new(StringComparer.Ordinal);

    /// <summary>Waits for the lock and runs work under it.</summary>
    /// <exception cref="AtpException"><see cref="AtpError.VaultUnwritable"/>, or what the work throws.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    internal T Hold<T>(Func<T> work)
    {
        try
        {
            using var writer = TryAcquire(s_wait, cancel) ?? throw new AtpException(AtpError.VaultUnwritable,
                $"Another process has been writing to the vault for {s_wait.TotalSeconds:0} seconds.",
                "Try again. If this persists, look for a process that hangs.");
            if (s_cleaned.TryAdd(folder, true)) DeleteTemporaryFiles();
            return work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(e);
        }
    }

    /// <summary>
    /// Runs work that can also be done later. It is skipped if another writer holds the lock, or if the vault cannot be written: it can
    /// still be read.
    /// </summary>
    /// <exception cref="AtpException"><see cref="AtpError.VaultInsecure"/></exception>
    internal void IfFree(Action work)
    {
        try
        {
            using var writer = TryAcquire(TimeSpan.Zero, CancellationToken.None);
            if (writer is not null) work();
        }
        catch (Exception e) when (e is AtpException { Error: not AtpError.VaultInsecure } or IOException or UnauthorizedAccessException)
        {
        }
    }

    /// <summary>Removes temporary files of processes that were killed during a write.</summary>
    internal void CleanOnce()
    {
        if (s_cleaned.ContainsKey(folder) || !Directory.Exists(folder)) return;
        IfFree(() =>
        {
            if (s_cleaned.TryAdd(folder, true)) DeleteTemporaryFiles();
        });
    }

    /// <summary>The error for something that could not be written.</summary>
    internal AtpException Unwritable(Exception e) => new(
        AtpError.VaultUnwritable, $"The vault cannot be written: {e.Message}", WriteAdvice.For(e, folder), e);

    private CrossProcessLock? TryAcquire(TimeSpan wait, CancellationToken cancelWait) =>
        CrossProcessLock.TryAcquire(Path.Combine(folder, LockFile), wait, cancelWait);

    private void DeleteTemporaryFiles()
    {
        foreach (var path in Directory.GetFiles(folder, "*" + AtomicFile.TemporarySuffix)) AtomicFile.Discard(path);
    }
}
