namespace Agentdom.Client;

/// <summary>
/// Finds the shared secret if the caller gives none: in the vault's entry for the host, else in the environment (if
/// <c>AGENTDOM_ATP_HOSTS</c> is set, only for the hosts in it). The more specific one comes first, so that a host never receives a
/// request that is signed with another provider's secret.
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
    /// <param name="openVault">Opens the vault.</param>
    /// <exception cref="AtpException"><see cref="AtpError.SecretMissing"/>; <see cref="AtpError.HostInvalid"/>: the environment
    /// lists something that is not a host; or the vault cannot be read and the environment does not name the host.</exception>
    public static SharedSecret Find(AtpHost host, Func<ITokenVault> openVault)
    {
        if (InVault(host, openVault) is { } kept) return kept;
        var isForHost = IsListed(host) ?? true;
        if (isForHost && FromEnvironment() is { } secret) return secret;
        var happened = $"There is no shared secret for {host}.";
        throw OtherScheme.Find(AtpError.SecretMissing, host, happened, other => Has(other, openVault)) ?? new AtpException(
            AtpError.SecretMissing, happened, $"Use the one that the provider has, or set {Variable}" +
            (isForHost ? "." : $" ({HostsVariable} does not name this host).")) { Subject = host.Name };
    }

    private static bool Has(AtpHost host, Func<ITokenVault> openVault)
    {
        using var found = InVault(host, openVault) ?? (IsListed(host) == true ? FromEnvironment() : null);
        return found is not null;
    }

    private static SharedSecret? InVault(AtpHost host, Func<ITokenVault> openVault)
    {
        try
        {
            return SecretEntry.Read(openVault(), host) is { Length: > 0 } kept ? SharedSecret.FromText(kept) : null;
        }
        catch (AtpException e) when (FromEnvironment() is { } secret)
        {
            secret.Dispose();
            // The vault may have a secret of this host, and the environment's may be another provider's.
            if (IsListed(host) == true) return null;
            throw e.WithAdvice($"{e.Advice} To use {Variable} without the vault, name {host} in {HostsVariable}.");
        }
    }

    /// <summary>The entries of <see cref="HostsVariable"/>, unparsed; empty if it is not set.</summary>
    public static IReadOnlyList<string> HostsInEnvironment() =>
        (Environment.GetEnvironmentVariable(HostsVariable) ?? "").Split([' ', ',', ';'], StringSplitOptions.RemoveEmptyEntries);

    // Null if there is no list.
    private static bool? IsListed(AtpHost host) => string.IsNullOrWhiteSpace(Environment.GetEnvironmentVariable(HostsVariable))
        ? null
        : HostsInEnvironment().Any(named => ParseNamed(named).Equals(host));

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
