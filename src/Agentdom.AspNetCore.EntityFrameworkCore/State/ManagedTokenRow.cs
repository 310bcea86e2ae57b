namespace Agentdom.AspNetCore.EntityFrameworkCore;

/// <summary>The tokens that an agent manages.</summary>
internal sealed class ManagedTokenRow
{
    /// <summary>The SHA-256 of the agent's id, because some databases ignore case, or spaces at the end.</summary>
    public required byte[] Agent { get; set; }

    /// <summary>Another value with each change.</summary>
    public Guid Version { get; set; }

    /// <summary>The expiry of the token that expires last, in milliseconds since 1970 (UTC).</summary>
    public long Until { get; set; }

    public required string Content { get; set; }
}
