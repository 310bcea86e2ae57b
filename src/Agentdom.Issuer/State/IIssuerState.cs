namespace Agentdom.Issuer;

/// <summary>
/// What an issuer must remember: signatures it has accepted and tokens it has revoked. Both calls name the moment until
/// which something must be remembered; the same signature or token always comes with the same moment, since it is part
/// of what was signed. Safe for any number of threads.
/// </summary>
/// <remarks>
/// Every method throws <see cref="IssuerStateException"/> where the state is out of reach or full. Nothing is ever
/// forgotten before its moment to make room.
/// </remarks>
public interface IIssuerState
{
    /// <summary>Remembers a signature, as one atomic step with looking for it.</summary>
    /// <param name="signature">The 32 bytes of the signature.</param>
    /// <param name="until">The last moment at which its timestamp would be accepted (UTC).</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>False where it was remembered already: the request is a replay.</returns>
    ValueTask<bool> TryRememberAsync(byte[] signature, DateTimeOffset until, CancellationToken cancel);

    /// <summary>Remembers that a token is revoked.</summary>
    /// <param name="tokenId">The token's <c>jti</c>.</param>
    /// <param name="until">The token's end (UTC).</param>
    /// <param name="cancel">Ends the wait.</param>
    ValueTask RevokeAsync(string tokenId, DateTimeOffset until, CancellationToken cancel);

    /// <summary>Whether a token was revoked.</summary>
    /// <param name="tokenId">The token's <c>jti</c>.</param>
    /// <param name="until">The token's end (UTC).</param>
    /// <param name="cancel">Ends the wait.</param>
    ValueTask<bool> IsRevokedAsync(string tokenId, DateTimeOffset until, CancellationToken cancel);
}
