namespace Agentdom.Client;

/// <summary>A secure store of named texts: Agentdom's own vault, or any SecretManagement vault.</summary>
internal interface ITokenVault
{
    /// <summary>The vault's display name.</summary>
    string Name { get; }

    /// <summary>Checks that the vault can be written, before a token is requested that must then be stored.</summary>
    /// <returns>A notice for the user, such as the path of a new key, or null.</returns>
    /// <exception cref="AtpException"><see cref="AtpError.VaultUnwritable"/> or <see cref="AtpError.VaultKeyInvalid"/>.</exception>
    string? EnsureWritable();

    /// <summary>The text stored under a name, or null.</summary>
    /// <exception cref="AtpException">The vault or the entry cannot be read.</exception>
    string? Read(string name);

    /// <summary>Stores a text under a name. If that fails, the previous text stays.</summary>
    /// <exception cref="AtpException">
    /// The vault cannot be written. If its inner exception is a <see cref="TimeoutException"/> or an
    /// <see cref="OperationCanceledException"/>, the text may be stored or not.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled before it began to write.</exception>
    void Write(string name, string text);

    /// <summary>Stores several texts, each as <see cref="Write"/> does. It returns after all are stored.</summary>
    /// <param name="entries">The entries, each with another name.</param>
    /// <returns>The failure of each entry, or null. One that fails does not prevent the others.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled before it began to write. None was stored.</exception>
    IReadOnlyList<AtpException?> WriteAll(IReadOnlyList<(string Name, string Text)> entries);

    /// <summary>Removes an entry.</summary>
    /// <returns>False if there was none.</returns>
    /// <exception cref="AtpException">The vault cannot be written.</exception>
    bool Remove(string name);

    /// <summary>The entries whose names begin with a prefix, in no particular order.</summary>
    /// <param name="prefix">The prefix.</param>
    /// <param name="onUnreadable">Called for each entry that may be one of them and cannot be read. The others are still listed.</param>
    /// <exception cref="AtpException">The vault cannot be read.</exception>
    IEnumerable<ListedEntry> List(string prefix, Action<AtpException> onUnreadable);
}
