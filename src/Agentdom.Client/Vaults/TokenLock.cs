namespace Agentdom.Client;

/// <summary>The lock under which a stored token is renewed or revoked.</summary>
internal static class TokenLock
{
    /// <returns>Null if another process holds it all the while.</returns>
    /// <exception cref="AtpException"><see cref="AtpError.VaultUnwritable"/>: there is no place for locks.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    internal static CrossProcessLock? TryAcquire(StoredToken token, TimeSpan wait, CancellationToken cancel) =>
        CrossProcessLock.ForEntry(token.EntryName, wait, cancel);

    /// <inheritdoc cref="TryAcquire"/>
    /// <exception cref="AtpException"><see cref="AtpError.TimedOut"/>, or as above.</exception>
    internal static CrossProcessLock Acquire(StoredToken token, TimeSpan wait, CancellationToken cancel) =>
        TryAcquire(token, wait, cancel) ?? throw Busy(token);

    internal static AtpException Busy(StoredToken token) => new(AtpError.TimedOut,
        $"Another process has been renewing the token for {token} all the while.",
        "Try again; if it stays so, look for a process that hangs.");
}
