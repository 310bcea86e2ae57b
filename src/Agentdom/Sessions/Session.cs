using System.Security;

namespace Agentdom;

/// <summary>The client that all cmdlets of this process share, and the lookup of the shared secret.</summary>
internal static class Session
{
    private static readonly Lazy<AtpClient> s_client = new();

    internal static AtpClient Client => s_client.Value;

    /// <summary>The client, or null if it has not been used yet.</summary>
    internal static AtpClient? StartedClient => s_client.IsValueCreated ? s_client.Value : null;

    /// <summary>The secret to sign with if no host is involved: the given one, else the environment's.</summary>
    /// <exception cref="AtpException"><see cref="AtpError.SecretMissing"/></exception>
    internal static SharedSecret FindSecret(SecureString? given) =>
        Given(given) ?? SecretFinder.FromEnvironment() ?? throw new AtpException(AtpError.SecretMissing,
            "There is no shared secret to sign with.",
            $"Use the one that the provider has, or set the environment variable {SecretFinder.Variable}.");

    /// <summary>
    /// The secret shared with a host: the given one, else that of this process's own server if it is the host, else the one that
    /// <see cref="SecretFinder"/> finds. So no real secret is used with the test server by accident.
    /// </summary>
    /// <exception cref="AtpException"><see cref="AtpError.SecretMissing"/>, or the vault cannot be read.</exception>
    internal static SharedSecret FindSecret(SecureString? given, AtpHost host, Func<ITokenVault> openVault) =>
        Given(given) ?? RunningServer.SecretFor(host) ?? SecretFinder.Find(host, openVault);

    private static SharedSecret? Given(SecureString? given) => given is { Length: > 0 } ? SecureText.ToSecret(given) : null;
}
