using System.Collections.Concurrent;
using System.Management.Automation;
using System.Net;
using System.Security;

namespace Agentdom;

/// <summary>The client that all cmdlets of this process share, and the lookup of the shared secret.</summary>
internal static class Session
{
    private static readonly Lazy<AtpClient> s_client = new();
    private static readonly Lazy<AtpClient> s_direct = new(static () => new AtpClient(new WebProxy()));
    private static readonly ConcurrentDictionary<string, AtpClient> s_proxied = new(StringComparer.Ordinal);
    private static readonly string[] s_proxySchemes = ["http", "https", "socks4", "socks4a", "socks5"];

    internal static AtpClient Client => s_client.Value;

    /// <summary>The client that uses no proxy.</summary>
    internal static AtpClient DirectClient => s_direct.Value;

    /// <summary>The client for a proxy that is used in place of this machine's, or the shared one if none is given.</summary>
    /// <exception cref="AtpException"><see cref="AtpError.ProxyRefused"/>: the address or the credential cannot be used.</exception>
    internal static AtpClient ClientVia(Uri? proxy, PSCredential? credential)
    {
        if (proxy is null)
            return credential is null ? Client : throw new AtpException(AtpError.ProxyRefused,
                "A credential was given for a proxy, but no proxy.", "Use -Proxy for its address.");
        if (!proxy.IsAbsoluteUri || !s_proxySchemes.Contains(proxy.Scheme) || proxy.Host.Length == 0)
            throw new AtpException(AtpError.ProxyRefused,
                $"'{Printable.Excerpt(Printable.WithoutUserInfoOfHost(proxy.OriginalString))}' is not the address of a proxy.",
                "Use an address such as http://proxy.example.com:3128.");
        if (proxy.UserInfo.Length > 0)
            throw new AtpException(AtpError.ProxyRefused, "The address of the proxy contains a user name or a password.",
                "Use -ProxyCredential for them.");
        // One client for each, so that connections and manifests are kept.
        var login = credential?.GetNetworkCredential();
        var key = $"{proxy}\n{login?.UserName}\n{login?.Domain}\n{Sha256.OfText(login?.Password ?? "")}";
        return s_proxied.GetOrAdd(key, _ => new AtpClient(new WebProxy(proxy) { Credentials = login }));
    }

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
