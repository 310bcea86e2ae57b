namespace Agentdom.Client;

/// <summary>An entry of Agentdom's own vault.</summary>
internal sealed record VaultEntry
{
    /// <summary>The type of a text entry, such as a token.</summary>
    public const string TextType = "String";

    /// <summary>The name, which is not case-sensitive.</summary>
    public required string Name { get; init; }

    /// <summary>The type of the value. The vault does not interpret it.</summary>
    public required string Type { get; init; }

    /// <summary>The value: anything that <see cref="CanonicalJson"/> accepts.</summary>
    public required object? Value { get; init; }

    /// <summary>The value as text: also a SecureString, and the password of a credential. Null if it has no such form.</summary>
    /// <exception cref="JsonFormatException">The value does not fit its type.</exception>
    public string? Text => Type switch
    {
        TextType or "SecureString" => Value as string,
        "PSCredential" => (Value as JsonObject)?.Text("password"),
        _ => null,
    };

    /// <summary>Metadata of the value. It is shown to everyone who may list the vault.</summary>
    public object? Metadata { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Type})";

    internal byte[] ToJson() => CanonicalJson.Utf8FromValue(new Dictionary<string, object?>
    {
        ["name"] = Name,
        ["type"] = Type,
        ["value"] = Value,
        ["metadata"] = Metadata,
    });

    /// <exception cref="JsonFormatException">The bytes are not an entry.</exception>
    internal static VaultEntry FromJson(byte[] json)
    {
        var members = StrictJson.ParseObject(json);
        return new VaultEntry
        {
            Name = members.Text("name") ?? throw new JsonFormatException("'name' is missing."),
            Type = members.Text("type") ?? throw new JsonFormatException("'type' is missing."),
            Value = members["value"],
            Metadata = members["metadata"],
        };
    }
}
