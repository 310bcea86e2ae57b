namespace Agentdom.AspNetCore.EntityFrameworkCore;

/// <summary>A revoked token.</summary>
internal sealed class RevocationRow : EntryRow;
