namespace Agentdom.Issuer;

/// <summary>Decides which secrets a request may be signed with, and so which tokens are still valid.</summary>
internal sealed class AcceptedSecrets
{
    private readonly AgentSecret[] _shared;

    /// <param name="shared">The texts of the shared secrets, newest first.</param>
    internal AcceptedSecrets(IEnumerable<string> shared) =>
        _shared = [.. shared.Select(static text => new AgentSecret(SharedSecret.FromText(text)))];

    /// <summary>The shared secrets, newest first.</summary>
    internal IReadOnlyList<AgentSecret> Shared => _shared;

    /// <summary>The secret that a body is signed with, or null if its signature is not valid.</summary>
    internal AgentSecret? SignerOf(SignedBody body) => Array.Find(_shared, secret => body.IsSignedWith(secret.Secret));

    /// <summary>Whether the secret that a token was requested with is still accepted.</summary>
    /// <param name="keyId">The token's <c>akid</c>.</param>
    internal bool Has(string keyId) => Array.Exists(_shared, secret => secret.KeyId == keyId);
}
