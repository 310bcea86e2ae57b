namespace Agentdom.AspNetCore.EntityFrameworkCore;

/// <summary>A used signature or a revoked token in the database.</summary>
internal abstract class EntryRow
{
    /// <summary>The expiry in milliseconds since 1970 (UTC).</summary>
    public long Until { get; set; }

    public required byte[] Id { get; set; }
}
