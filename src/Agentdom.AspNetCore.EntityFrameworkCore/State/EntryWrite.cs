namespace Agentdom.AspNetCore.EntityFrameworkCore;

/// <summary>A pending entry. Its task completes once the entry is in the database, with true if it is new.</summary>
internal sealed class EntryWrite(EntryKind kind, EntryKey key)
    : TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    internal EntryKind Kind => kind;

    internal EntryKey Key => key;
}
