namespace Agentdom.AspNetCore.EntityFrameworkCore;

/// <summary>A used signature.</summary>
internal sealed class SignatureRow : EntryRow;
