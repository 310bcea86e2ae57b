namespace Agentdom.Client;

/// <summary>An entry in the list of a vault.</summary>
/// <param name="name">The name.</param>
/// <param name="read">Reads the text. Some vaults have already read it with the name.</param>
internal readonly struct ListedEntry(string name, Func<string?> read)
{
    /// <summary>The name.</summary>
    internal string Name => name;

    /// <summary>The text, or null if the entry was removed or is not text.</summary>
    /// <exception cref="AtpException">The vault or the entry cannot be read.</exception>
    internal string? Read() => read();
}
