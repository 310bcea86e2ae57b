namespace Agentdom;

/// <summary>A host that has a shared secret in a vault. It does not contain the secret.</summary>
public sealed class AtpStoredSecret
{
    internal AtpStoredSecret(string host, string vault)
    {
        Host = host;
        Vault = vault;
    }

    /// <summary>The host, or the name of the vault entry if the name is too long to tell the host.</summary>
    public string Host { get; }

    /// <summary>The name of the vault.</summary>
    public string Vault { get; }

    /// <summary>The host.</summary>
    public override string ToString() => Host;
}
