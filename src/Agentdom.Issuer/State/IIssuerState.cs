namespace Agentdom.Issuer;

/// <summary>
/// Stores the signatures that an issuer has accepted and the tokens that it has revoked, each until an expiry. The same
/// signature or token always comes with the same expiry, because the expiry is part of what was signed. Implementations must be
/// thread-safe.
/// </summary>
/// <remarks>
/// Every method throws <see cref="IssuerStateException"/> if the state is unavailable or full. An entry must never be dropped
/// before its expiry to make room. If the clock was ahead and was set back, entries that were dropped meanwhile matter again. So an
/// implementation remembers up to which expiry it has dropped entries, and treats everything until then as used or revoked.
/// </remarks>
public interface IIssuerState
{
    /// <summary>Stores a signature unless it is already stored, in one atomic step.</summary>
    /// <param name="signature">The signature, 32 bytes.</param>
    /// <param name="until">The last moment at which its timestamp would be accepted (UTC).</param>
    /// <param name="cancel">Cancels the wait.</param>
    /// <returns>False if it was already stored, so the request is a replay.</returns>
    ValueTask<bool> TryRememberAsync(byte[] signature, DateTimeOffset until, CancellationToken cancel);

    /// <summary>Stores that a token is revoked.</summary>
    /// <param name="tokenId">The token's <c>jti</c>.</param>
    /// <param name="until">The token's expiry (UTC).</param>
    /// <param name="cancel">Cancels the wait.</param>
    ValueTask RevokeAsync(string tokenId, DateTimeOffset until, CancellationToken cancel);

    /// <summary>Whether a token was revoked.</summary>
    /// <param name="tokenId">The token's <c>jti</c>.</param>
    /// <param name="until">The token's expiry (UTC).</param>
    /// <param name="cancel">Cancels the wait.</param>
    ValueTask<bool> IsRevokedAsync(string tokenId, DateTimeOffset until, CancellationToken cancel);
}
