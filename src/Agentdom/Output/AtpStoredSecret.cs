namespace Agentdom;

/// <summary>A host that has a shared secret in a vault. It does not contain the secret.</summary>
public sealed class AtpStoredSecret
{
    internal AtpStoredSecret(string host, string vault)
    {
        Host = host;
        Vault = vault;
    }

    /// <summary>The host, or the name of the vault entry if that does not tell the host. Remove-AtpSecret accepts both.</summary>
    public string Host { get; }

    /// <summary>The name of the vault.</summary>
    public string Vault { get; }

    /// <summary>The host.</summary>
    public override string ToString() => Host;
}
