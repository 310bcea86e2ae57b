namespace Agentdom.Protocol;

/// <summary>The rule for agent ids on the wire (protocol.md §4).</summary>
internal static class AgentIdRule
{
    /// <summary>The maximum length of an agent id in characters (Unicode code points).</summary>
    internal const int MaxLength = 256;

    internal static bool IsValid(string id) => UnicodeText.Length(id) is > 0 and <= MaxLength && UnicodeText.IsValid(id);

    /// <summary>Whether a store or a directory can have this id. Not every database takes control characters.</summary>
    internal static bool IsStorable(string id) => IsValid(id) && !id.Any(char.IsControl);

    /// <summary>Returns the id if it is valid.</summary>
    /// <exception cref="AtpException"><see cref="AtpError.AgentIdInvalid"/>: it is empty, longer than 256
    /// characters, or not valid Unicode.</exception>
    internal static string Check(string id)
    {
        if (IsValid(id)) return id;
        throw new AtpException(AtpError.AgentIdInvalid,
            $"An agent id has 1 to {MaxLength} whole characters; this one has {UnicodeText.Length(id)}.",
            "Choose another agent id, or leave it out to use this machine's fingerprint.");
    }
}
