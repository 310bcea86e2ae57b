#if NET
using System.Collections.Concurrent;
using System.Runtime.Versioning;
#endif

namespace Agentdom.Client;

/// <summary>
/// Folders that only this user may change, and files that only this user may read, checked before use as ssh does. On Windows
/// access rules are inherited and not checked. What contains the home folder is not checked either: it is often the root of a
/// volume that this user cannot change, and a folder that someone put in place of ours there has another owner.
/// </summary>
internal static class PrivatePath
{
    /// <summary>Creates a folder if it does not exist, and checks it.</summary>
    /// <exception cref="AtpException"><see cref="AtpError.VaultInsecure"/>: it belongs to another user, or others may change it.</exception>
    internal static void CreateFolder(string path)
    {
        AtomicFile.CreateDirectory(path);
        CheckFolder(path);
    }

    /// <summary>Checks the folder that contains the module's own folders. It need not exist.</summary>
    /// <exception cref="AtpException">
    /// <see cref="AtpError.VaultInsecure"/>: as for a folder, or root would create it in another user's home.
    /// </exception>
    internal static void CheckHome(string path)
    {
#if NET
        if (!OperatingSystem.IsWindows() && !CheckIfExists(path)) CheckRootsHome(path);
#endif
    }

    /// <summary>Checks a folder, once in this process. It need not exist.</summary>
    /// <exception cref="AtpException"><see cref="AtpError.VaultInsecure"/>: it belongs to another user, or others may change it.</exception>
    internal static void CheckFolder(string path)
    {
#if NET
        if (!OperatingSystem.IsWindows()) CheckIfExists(path);
#endif
    }

    /// <summary>Checks the open key file.</summary>
    /// <exception cref="AtpException"><see cref="AtpError.VaultKeyInvalid"/>: it belongs to another user, or others may use it.</exception>
    internal static void CheckKeyFile(FileStream file)
    {
#if NET
        if (OperatingSystem.IsWindows()) return;
        var rights = UnixFile.OfFile(file.SafeFileHandle);
        if (rights.Owner != UnixFile.CurrentUser)
            throw new AtpException(AtpError.VaultKeyInvalid,
                $"The vault's key file {file.Name} belongs to {NameOf(rights.Owner)}, who may know or replace the key.",
                $"If the key is yours, copy the file and put the copy in its place, or run as root: {Chown(file.Name)}. "
                + "Otherwise remove it and the vault's folder, and request the tokens again.");
        if ((rights.Mode & s_others) != 0)
            throw new AtpException(AtpError.VaultKeyInvalid,
                $"The vault's key file {file.Name} is open to other users (mode {Octal(rights.Mode)}).",
                $"Run: chmod 600 {Quoted(file.Name)}. If others may have read it, remove it and the vault's folder, "
                + "request the tokens again, and change the secrets that were stored.");
#endif
    }

#if NET
    private const uint Root = 0;

    private static readonly UnixFileMode s_othersWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
    private static readonly UnixFileMode s_others = s_othersWrite | UnixFileMode.GroupRead | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private static readonly ConcurrentDictionary<string, bool> s_checked = new(StringComparer.Ordinal);

    [UnsupportedOSPlatform("windows")]
    private static bool CheckIfExists(string path)
    {
        if (s_checked.ContainsKey(path)) return true;
        // For a file, whose owner does not matter, what uses the folder says that it is none.
        if (File.Exists(path) || UnixFile.OfFolder(path) is not { } rights) return false;
        var user = UnixFile.CurrentUser;
        if (rights.Owner != user)
            throw new AtpException(AtpError.VaultInsecure,
                $"The folder {path} (mode {Octal(rights.Mode)}) belongs to {NameOf(rights.Owner)}, not to {NameOf(user)}, "
                + "as whom this process runs.",
                user == Root
                    ? $"Run as the owner (sudo -u), use root's own home (sudo -H), or set {AgentdomHome.Variable} to a folder of root's."
                    : $"If it should be yours, run as root: {Chown(path)}. Otherwise {OwnFolderBelow(path)}");
        if ((rights.Mode & s_othersWrite) != 0)
            throw new AtpException(AtpError.VaultInsecure, $"Other users may change the folder {path} (mode {Octal(rights.Mode)}).",
                $"Run: chmod go-w {Quoted(path)}. Or {OwnFolderBelow(path)}");
        s_checked.TryAdd(path, true);
        return true;
    }

    // What root creates there, the user could not read later.
    [UnsupportedOSPlatform("windows")]
    private static void CheckRootsHome(string path)
    {
        if (UnixFile.CurrentUser != Root) return;
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        if (home.Length == 0 || !path.StartsWith(home.TrimEnd('/') + '/', StringComparison.Ordinal)) return;
        if (UnixFile.OfFolder(home) is not { } rights || rights.Owner == Root) return;
        throw new AtpException(AtpError.VaultInsecure,
            $"This process runs as root, but its home folder {home} belongs to {NameOf(rights.Owner)}, "
            + "who could not read what root stores there.",
            $"Run as that user (sudo -u), use root's own home (sudo -H), or set {AgentdomHome.Variable} to a folder of root's.");
    }

    private static string OwnFolderBelow(string path) =>
        $"set {AgentdomHome.Variable} to a folder that does not exist yet, such as {Path.Combine(path, "agentdom")}: "
        + "it is created for this user alone.";

    private static string NameOf(uint? user) => user switch
    {
        null => "another user",
        Root => "root",
        _ => $"the user with id {user}",
    };

    private static string Octal(UnixFileMode mode) => Convert.ToString((int)mode, 8).PadLeft(4, '0');

    [UnsupportedOSPlatform("windows")]
    private static string Chown(string path) => $"chown -R {UnixFile.CurrentUser} {Quoted(path)}";

    private static string Quoted(string path) => $"'{path.Replace("'", @"'\''")}'";
#endif
}
