#if NET
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Agentdom.Client;

/// <summary>What .NET does not offer for files on Linux and macOS: their owner, and a lock that fails if it is none.</summary>
[UnsupportedOSPlatform("windows")]
internal static class UnixFile
{
    private const int Interrupted = 4;
    private const int HeldOnLinux = 11;
    private const int HeldOnMacOS = 35;

    /// <summary>The user whose rights this process has. 0 is root.</summary>
    internal static uint CurrentUser => Native.GetEffectiveUser();

    /// <summary>Who owns a folder, and its mode. Null if it does not exist or cannot be reached. Symbolic links are followed.</summary>
    internal static Rights? OfFolder(string path)
    {
        if (Ask(Native.CurrentFolder, path, 0) is { } rights) return rights;
        if (!Directory.Exists(path)) return null;
        var target = Directory.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        var mode = File.GetUnixFileMode(target);
        return new Rights(OwnerIfChangeable(() => File.SetUnixFileMode(target, mode)), mode);
    }

    /// <summary>Who owns an open file, and its mode.</summary>
    internal static Rights OfFile(SafeFileHandle file)
    {
        if (Ask((int)file.DangerousGetHandle(), "", Native.EmptyPath) is { } rights) return rights;
        var mode = File.GetUnixFileMode(file);
        return new Rights(OwnerIfChangeable(() => File.SetUnixFileMode(file, mode)), mode);
    }

    /// <summary>Locks an open file exclusively, until it is closed.</summary>
    /// <returns>False if another process or another open file has the lock.</returns>
    /// <exception cref="IOException">Files cannot be locked there.</exception>
    internal static bool TryLock(SafeFileHandle file)
    {
        if (Native.Lock(file, Native.LockExclusive | Native.LockNoWait) == 0) return true;
        var error = Marshal.GetLastPInvokeError();
        return error is HeldOnLinux or HeldOnMacOS or Interrupted ? false
            : throw new IOException($"files cannot be locked there ({Marshal.GetPInvokeErrorMessage(error)}).");
    }

    private static Rights? Ask(int folder, string path, int flags)
    {
        if (!OperatingSystem.IsLinux()) return null;
        // struct statx has the same layout on every architecture, unlike struct stat.
        var result = new byte[256];
        try
        {
            if (Native.StatX(folder, Encoding.UTF8.GetBytes(path + '\0'), flags, Native.WantsModeAndOwner, result) != 0) return null;
        }
        catch (EntryPointNotFoundException)
        {
            // musl before 1.2.5.
            return null;
        }
        var (owner, mode) = (BitConverter.ToUInt32(result, 20), BitConverter.ToUInt16(result, 28));
        return new Rights(owner, (UnixFileMode)(mode & 0xFFF));
    }

    // Only the owner and root can set a mode, even to what it is.
    private static uint? OwnerIfChangeable(Action setSameMode)
    {
        try
        {
            setSameMode();
            return CurrentUser;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
        catch (IOException)
        {
            // A read-only file system gives no answer, and nobody can change anything there.
            return CurrentUser;
        }
    }

    /// <summary>An owner, which is null if it is another user whose id is not known, and a mode.</summary>
    internal readonly record struct Rights(uint? Owner, UnixFileMode Mode);

    private static class Native
    {
        internal const int CurrentFolder = -100;
        internal const int EmptyPath = 0x1000;
        internal const uint WantsModeAndOwner = 0x2 | 0x8;
        internal const int LockExclusive = 2;
        internal const int LockNoWait = 4;

        [DllImport("libc", EntryPoint = "geteuid")]
        internal static extern uint GetEffectiveUser();

        [DllImport("libc", EntryPoint = "flock", SetLastError = true)]
        internal static extern int Lock(SafeFileHandle file, int operation);

        [DllImport("libc", EntryPoint = "statx", SetLastError = true)]
        internal static extern int StatX(int folder, byte[] path, int flags, uint wanted, [Out] byte[] result);
    }
}
#endif
