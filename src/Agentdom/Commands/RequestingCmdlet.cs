using System.Security;

namespace Agentdom;

/// <summary>The base of cmdlets that can request a token.</summary>
public abstract class RequestingCmdlet : TokenCmdlet
{
    /// <summary>Requests a token. It is not stored yet.</summary>
    /// <param name="acquisition">What to request.</param>
    /// <param name="given">The secret that the caller gave, or null.</param>
    /// <param name="store">Where the token will be stored, or null.</param>
    /// <param name="timeoutSeconds">The time limit, in seconds.</param>
    /// <exception cref="AtpException">The host granted no token, or it could not be stored.</exception>
    private protected StoredToken Request(TokenAcquisition acquisition, SecureString? given, TokenStore? store, int timeoutSeconds)
    {
        using var secret = FindSecret(acquisition.Host, given, store?.Vault);
        // Checked before the request, because a token that cannot be stored would stay valid at the issuer with no one to use it.
        if (store is not null) EnsureWritable(store.Vault);
        return Await(timeoutSeconds, deadline => acquisition.RunAsync(Network, secret, deadline));
    }

    /// <summary>Stores a requested token, or revokes it if that fails.</summary>
    private protected void Keep(TokenStore store, StoredToken token, int timeoutSeconds)
    {
        try
        {
            // Without the lock, the token of a renewal in another process could be replaced and never be revoked.
            using var entry = TokenLock.Acquire(token, TimeSpan.FromSeconds(timeoutSeconds), StopToken);
            TokenKeeping.Keep(Network, store, token);
        }
        catch (Exception e) when (e is AtpException or OperationCanceledException && !TokenKeeping.MayBeStored(e))
        {
            WriteWarning(Network.TryRevoke(token.RevokeEndpoint, token.AccessToken)
                ? "The token could not be stored, so it was revoked."
                : $"The token could not be stored, and revoking it failed too. It may be valid until {TimeText.Moment(token.ExpiresAt)}.");
            throw;
        }
    }

    /// <summary>Warns if a token has fewer scopes than were requested.</summary>
    private protected void WarnOfMissingScopes(StoredToken token)
    {
        if (!token.ScopesRequested.All(token.ScopesGranted.Contains))
            WriteWarning($"{token.Host} granted only these scopes: {string.Join(" ", token.ScopesGranted)}.");
    }

    private SharedSecret FindSecret(AtpHost host, SecureString? given, ITokenVault? vault)
    {
        try
        {
            return FindSecret(host, given);
        }
        catch (AtpException e) when (e.Error == AtpError.VaultUnreadable && vault is not null)
        {
            // Some vaults on a server fail in every way while they are empty.
            EnsureWritable(vault);
            return FindSecret(host, given);
        }
    }
}
