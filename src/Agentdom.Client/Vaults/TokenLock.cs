namespace Agentdom.Client;

/// <summary>The lock under which a stored token is renewed or revoked.</summary>
internal static class TokenLock
{
    /// <returns>Null if another process does not release it in time.</returns>
    /// <exception cref="AtpException"><see cref="AtpError.VaultUnwritable"/>: the lock's file cannot be created.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    internal static CrossProcessLock? TryAcquire(StoredToken token, TimeSpan wait, CancellationToken cancel) =>
        CrossProcessLock.ForEntry(token.EntryName, wait, cancel);

    /// <inheritdoc cref="TryAcquire"/>
    /// <exception cref="AtpException"><see cref="AtpError.TimedOut"/>, or as above.</exception>
    internal static CrossProcessLock Acquire(StoredToken token, TimeSpan wait, CancellationToken cancel) =>
        TryAcquire(token, wait, cancel) ?? throw Busy(token);

    internal static AtpException Busy(StoredToken token) => new(AtpError.TimedOut,
        $"Another process is renewing the token for {token} and did not finish in time.",
        "Try again. If this persists, look for a process that hangs.");
}
