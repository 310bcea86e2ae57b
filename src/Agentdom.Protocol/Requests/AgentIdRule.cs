namespace Agentdom.Protocol;

/// <summary>The rule for agent ids on the wire (protocol.md §4).</summary>
internal static class AgentIdRule
{
    /// <summary>The maximum length of an agent id in characters (Unicode code points).</summary>
    internal const int MaxLength = 256;

    /// <summary>
    /// Whether a text can be an agent id. It has no control characters, because ids get into headers, logs and databases.
    /// </summary>
    internal static bool IsValid(string id) =>
        UnicodeText.Length(id) is > 0 and <= MaxLength && UnicodeText.IsValid(id) && !id.Any(char.IsControl);

    /// <summary>Returns the id if it is valid.</summary>
    /// <exception cref="AtpException"><see cref="AtpError.AgentIdInvalid"/>: it is empty, longer than 256
    /// characters, not valid Unicode, or has control characters.</exception>
    internal static string Check(string id)
    {
        if (IsValid(id)) return id;
        throw new AtpException(AtpError.AgentIdInvalid,
            $"An agent id has 1 to {MaxLength} whole characters and no control characters; this one has {UnicodeText.Length(id)} in all.",
            "Choose another agent id, or leave it out to use this machine's fingerprint.");
    }
}
