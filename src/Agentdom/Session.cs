using System.Security;
using Agentdom.Core;
using Agentdom.Core.Client;
using Agentdom.Core.Signing;
using Agentdom.Core.Vaults;

namespace Agentdom;

/// <summary>What the cmdlets of this process share, and where they find the shared secret.</summary>
internal static class Session
{
    internal const string SecretVariable = "AGENTDOM_ATP_SECRET";
    internal const string HostsVariable = "AGENTDOM_ATP_HOSTS";

    private static readonly Lazy<AtpClient> s_client = new();

    internal static AtpClient Client => s_client.Value;

    /// <summary>The secret to sign with where no host is involved: the one given, else the environment's.</summary>
    /// <exception cref="AtpException"><see cref="AtpError.SecretMissing"/></exception>
    internal static SharedSecret FindSecret(SecureString? given) =>
        Given(given) ?? FromEnvironment() ?? throw new AtpException(AtpError.SecretMissing,
            "There is no shared secret to sign with.",
            $"Give the one the provider has with -Secret, or set the environment variable {SecretVariable}.");

    /// <summary>
    /// The secret shared with a host: the one given, else that of this process's own server, where that is the host, so
    /// that no real secret is ever used against it, else the environment's (where <c>AGENTDOM_ATP_HOSTS</c> is set, for
    /// the hosts in it only), else the one that the vault keeps for the host.
    /// </summary>
    /// <exception cref="AtpException"><see cref="AtpError.SecretMissing"/>, or the vault cannot be read.</exception>
    internal static SharedSecret FindSecret(SecureString? given, AtpHost host, Func<ITokenVault> openVault)
    {
        if ((Given(given) ?? RunningServer.SecretFor(host) ?? (IsForHost(host) ? FromEnvironment() : null)) is { } secret) return secret;
        return openVault().Read(EntryName.OfSecret(host.Name)) is { Length: > 0 } kept
            ? SharedSecret.FromText(kept)
            : throw new AtpException(AtpError.SecretMissing, $"There is no shared secret for {host}.",
                $"Keep the one the provider has with Set-AtpSecret {host}, give it with -Secret, or set {SecretVariable}" +
                (IsForHost(host) ? "." : $" ({HostsVariable} does not name this host)."));
    }

    private static SharedSecret? Given(SecureString? given) => given is { Length: > 0 } ? SecureText.ToSecret(given) : null;

    private static SharedSecret? FromEnvironment() =>
        Environment.GetEnvironmentVariable(SecretVariable) is { Length: > 0 } text ? SharedSecret.FromText(text) : null;

    private static bool IsForHost(AtpHost host)
    {
        var hosts = Environment.GetEnvironmentVariable(HostsVariable);
        return string.IsNullOrWhiteSpace(hosts) || hosts!
            .Split([' ', ',', ';'], StringSplitOptions.RemoveEmptyEntries)
            .Any(named => ParseNamed(named).Equals(host));
    }

    private static AtpHost ParseNamed(string named)
    {
        try
        {
            return AtpHost.Parse(named);
        }
        catch (AtpException e)
        {
            throw e.About($"The environment variable {HostsVariable} lists no proper host");
        }
    }
}
