namespace Agentdom.Client;

/// <summary>Where the key of Agentdom's own vault is kept, in the order of the search. The names are stored with the vault.</summary>
internal enum VaultKeySource
{
    /// <summary>The environment variable <see cref="VaultKey.Variable"/>.</summary>
    Variable,
    /// <summary>The file <see cref="VaultKey.FilePath"/>.</summary>
    File,
    /// <summary>The operating system's keychain.</summary>
    Keychain,
}
