namespace Agentdom.AspNetCore.EntityFrameworkCore;

/// <summary>The latest expiry of all entries of a kind that were removed.</summary>
internal sealed class ForgottenRow
{
    /// <summary>The name of the <see cref="EntryKind"/>.</summary>
    public required string Source { get; set; }

    /// <summary>Milliseconds since 1970 (UTC).</summary>
    public long Until { get; set; }
}
