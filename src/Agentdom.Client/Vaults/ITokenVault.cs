namespace Agentdom.Client;

/// <summary>A place that keeps named texts safe: the module's own vault, or any SecretManagement vault.</summary>
internal interface ITokenVault
{
    /// <summary>The vault's name, as it is shown to people.</summary>
    string Name { get; }

    /// <summary>Finds out whether a write would work, before something is asked for that must then be kept.</summary>
    /// <returns>Something the user should hear this once, such as where a new key was put; else null.</returns>
    /// <exception cref="AtpException"><see cref="AtpError.VaultUnwritable"/> or <see cref="AtpError.VaultKeyInvalid"/>.</exception>
    string? EnsureWritable();

    /// <summary>The text kept under a name, or null.</summary>
    /// <exception cref="AtpException">The vault or the entry cannot be read.</exception>
    string? Read(string name);

    /// <summary>Keeps a text under a name, all of it or, where that fails, nothing: what was there before stays.</summary>
    /// <exception cref="AtpException">The vault cannot be written.</exception>
    void Write(string name, string text);

    /// <summary>Takes an entry away.</summary>
    /// <returns>False where there was none.</returns>
    /// <exception cref="AtpException">The vault cannot be written.</exception>
    bool Remove(string name);

    /// <summary>The names that begin with a prefix, in no particular order.</summary>
    /// <param name="prefix">The prefix.</param>
    /// <param name="onUnreadable">Hears of each entry whose name cannot be read; the others are listed all the same.</param>
    /// <exception cref="AtpException">The vault cannot be read.</exception>
    IReadOnlyList<string> List(string prefix, Action<AtpException> onUnreadable);
}
