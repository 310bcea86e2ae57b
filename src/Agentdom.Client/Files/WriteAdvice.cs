namespace Agentdom.Client;

/// <summary>What to do if a folder of the module cannot be written, by the reason.</summary>
internal static class WriteAdvice
{
    // ENOSPC, EDQUOT on Linux and on macOS, and two Windows codes.
    private static readonly int[] s_full = [28, 122, 69, unchecked((int)0x80070070), unchecked((int)0x80070027)];

    private const int ReadOnlyDisk = 30;

    internal static string For(Exception failure, string folder)
    {
        var move = $"move it with {AgentdomHome.Variable}";
        if (s_full.Contains(failure.HResult)) return $"Free space on the disk with {folder}, or {move} to another disk.";
        if (failure.HResult == ReadOnlyDisk) return $"The disk with {folder} is read-only: make it writable, or {move} to another disk.";
        return failure is UnauthorizedAccessException
            ? $"Let this user write to {folder}, or {move}."
            : $"Check {folder}, or {move}.";
    }
}
