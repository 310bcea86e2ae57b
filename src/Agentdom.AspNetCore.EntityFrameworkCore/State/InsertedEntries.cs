namespace Agentdom.AspNetCore.EntityFrameworkCore;

/// <summary>What an insertion has found out.</summary>
/// <param name="New">The entries that were not there before.</param>
/// <param name="ForgottenUntil">The latest expiry of the removed entries, read after the insertion.</param>
internal sealed record InsertedEntries(ISet<EntryKey> New, long ForgottenUntil);
