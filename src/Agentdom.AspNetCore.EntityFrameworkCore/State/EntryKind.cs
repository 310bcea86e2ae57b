namespace Agentdom.AspNetCore.EntityFrameworkCore;

/// <summary>What an entry is. The names are in the database.</summary>
internal enum EntryKind
{
    Signatures,
    Revocations,
}
