namespace Agentdom.Client;

/// <summary>
/// Finds the shared secret if the caller gives none: in the environment (if <c>AGENTDOM_ATP_HOSTS</c> is set, only for the
/// hosts in it), else in the vault's entry for the host.
/// </summary>
internal static class SecretFinder
{
    /// <summary>The environment variable that holds the secret.</summary>
    public const string Variable = "AGENTDOM_ATP_SECRET";

    /// <summary>The environment variable that lists the secret's hosts. If it is not set, the secret is for all hosts.</summary>
    public const string HostsVariable = "AGENTDOM_ATP_HOSTS";

    /// <summary>The secret in the environment, for any host, or null.</summary>
    public static SharedSecret? FromEnvironment() =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } text ? SharedSecret.FromText(text) : null;

    /// <summary>The secret shared with a host.</summary>
    /// <param name="host">The host.</param>
    /// <param name="openVault">Opens the vault. It is called only if the environment has no secret for the host.</param>
    /// <exception cref="AtpException"><see cref="AtpError.SecretMissing"/>; <see cref="AtpError.HostInvalid"/>: the environment
    /// lists something that is not a host; or the vault cannot be read.</exception>
    public static SharedSecret Find(AtpHost host, Func<ITokenVault> openVault)
    {
        var isForHost = IsForHost(host);
        if (isForHost && FromEnvironment() is { } secret) return secret;
        return SecretEntry.Read(openVault(), host) is { Length: > 0 } kept
            ? SharedSecret.FromText(kept)
            : throw new AtpException(AtpError.SecretMissing, $"There is no shared secret for {host}.",
                $"Use the one that the provider has, or set {Variable}" +
                (isForHost ? "." : $" ({HostsVariable} does not name this host).")) { Subject = host.Name };
    }

    /// <summary>The entries of <see cref="HostsVariable"/>, unparsed; empty if it is not set.</summary>
    public static IReadOnlyList<string> HostsInEnvironment() =>
        (Environment.GetEnvironmentVariable(HostsVariable) ?? "").Split([' ', ',', ';'], StringSplitOptions.RemoveEmptyEntries);

    private static bool IsForHost(AtpHost host) =>
        string.IsNullOrWhiteSpace(Environment.GetEnvironmentVariable(HostsVariable))
        || HostsInEnvironment().Any(named => ParseNamed(named).Equals(host));

    private static AtpHost ParseNamed(string named)
    {
        try
        {
            return AtpHost.Parse(named);
        }
        catch (AtpException e)
        {
            throw e.About($"The environment variable {HostsVariable} lists an invalid host");
        }
    }
}
