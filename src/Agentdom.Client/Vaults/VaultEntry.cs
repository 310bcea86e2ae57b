namespace Agentdom.Client;

/// <summary>What the module's own vault keeps under one name.</summary>
internal sealed record VaultEntry
{
    /// <summary>The type of an entry that is a text, such as a token's.</summary>
    public const string TextType = "String";

    /// <summary>The name, in which case does not count.</summary>
    public required string Name { get; init; }

    /// <summary>What kind of value it is; the vault keeps it as it is given.</summary>
    public required string Type { get; init; }

    /// <summary>The value: anything that <see cref="CanonicalJson"/> takes.</summary>
    public required object? Value { get; init; }

    /// <summary>What is known of the value beside it; not secret to whoever may list the vault.</summary>
    public object? Metadata { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Type})";

    internal string ToJson() => CanonicalJson.FromValue(new Dictionary<string, object?>
    {
        ["name"] = Name,
        ["type"] = Type,
        ["value"] = Value,
        ["metadata"] = Metadata,
    });

    /// <exception cref="JsonFormatException">The bytes are no entry.</exception>
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
