using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Identity.Client.Extensions.Msal;

namespace Agentdom.Client;

/// <summary>
/// The vault's key in the keychain of the operating system: DPAPI on Windows, the Keychain on macOS, libsecret on Linux.
/// A marker file tells every process that the key is there, also those that cannot reach it.
/// </summary>
internal static class KeychainKey
{
    /// <summary>Set to <c>off</c>, no keychain is used.</summary>
    internal const string Variable = "AGENTDOM_KEYCHAIN";

    private const string Product = "agentdom";
    private const string BusVariable = "DBUS_SESSION_BUS_ADDRESS";

    // A keychain that is locked may ask its user; where there is none, nobody ever answers. Shorter than the time that
    // other writers wait for the vault's lock, which is held meanwhile.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    // A lookup takes milliseconds and the vault needs the key for each entry.
    private static readonly ConcurrentDictionary<string, byte[]> s_found = new(StringComparer.Ordinal);

    /// <summary>Holds the name of the keychain's entry and nothing secret.</summary>
    internal static string MarkerPath => Path.Combine(AgentdomHome.Keys, "vault.key.in-keychain");

    /// <summary>Whether this vault's key was put into the keychain.</summary>
    internal static bool IsMarked => File.Exists(MarkerPath);

    /// <summary>Whether the key that the marker tells of is had without asking: DPAPI asks nobody, the others may.</summary>
    /// <exception cref="AtpException"><see cref="AtpError.VaultKeyInvalid"/>: the marker cannot be read.</exception>
    internal static bool IsAtHand =>
        RuntimeInformation.IsOSPlatform(OSPlatform.Windows) || s_found.ContainsKey(ReadMarker());

    /// <summary>The key that the marker tells of.</summary>
    /// <exception cref="AtpException"><see cref="AtpError.VaultKeyInvalid"/>: it is out of reach, gone or damaged.</exception>
    internal static byte[] Read()
    {
        var account = ReadMarker();
        if (s_found.TryGetValue(account, out var known)) return known;
        if (WhyNotHere() is { } reason) throw OutOfReach(reason);
        byte[] key;
        try
        {
            key = InTime(() => Load(account));
        }
        catch (Exception e)
        {
            throw OutOfReach(Printable.Excerpt(e.GetBaseException().Message), e);
        }
        // A keychain that is locked and cannot ask says the same as one that has no such entry.
        if (key.Length != 32)
            throw new AtpException(AtpError.VaultKeyInvalid,
                $"The vault's key lies in this system's keychain, which is locked or has no entry '{account}' any more.",
                "Unlock it, or run in a session where it is unlocked. If the entry is gone for good, remove " +
                $"{MarkerPath} and the vault's folder and request the tokens anew.");
        return s_found[account] = key;
    }

    /// <summary>Puts a key into the keychain and marks that it is there. The caller holds the vault's write lock.</summary>
    /// <returns>Null where no keychain is in reach; nothing is marked then.</returns>
    internal static byte[]? TryCreate()
    {
        if (WhyNotHere() is not null) return null;
        // Of the folder, so that each AGENTDOM_HOME has a key of its own.
        var account = Sha256.OfText(AgentdomHome.Keys);
        byte[] key;
        try
        {
            AtomicFile.CreateDirectory(AgentdomHome.Keys);
            key = InTime(() => LoadOrStore(account));
        }
        catch (Exception)
        {
            // Whatever is wrong with the keychain, the key file will do.
            return null;
        }
        if (key.Length != 32) return null;
        AtomicFile.CreateIfMissing(MarkerPath, Encoding.ASCII.GetBytes(account));
        return s_found[account] = key;
    }

    private static string? WhyNotHere()
    {
        if (string.Equals(Environment.GetEnvironmentVariable(Variable), "off", StringComparison.OrdinalIgnoreCase))
            return $"{Variable} is off.";
        if (RuntimeInformation.IsOSPlatform(OSPlatform.Windows) || RuntimeInformation.IsOSPlatform(OSPlatform.OSX)) return null;
        if (!RuntimeInformation.IsOSPlatform(OSPlatform.Linux)) return "this system has none that is supported.";
        return string.IsNullOrEmpty(Environment.GetEnvironmentVariable(BusVariable))
            ? $"there is no D-Bus session here ({BusVariable} is not set)."
            : null;
    }

    // The name is read and not derived again: a folder that was moved still has its key.
    private static string ReadMarker()
    {
        string account;
        try
        {
            account = File.ReadAllText(MarkerPath).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AtpException(AtpError.VaultKeyInvalid, $"The marker {MarkerPath} cannot be read: {e.Message}",
                $"Run as the user who owns it, or set {VaultKey.Variable}.", e);
        }
        if (account.Length == 64) return account;
        throw new AtpException(AtpError.VaultKeyInvalid,
            $"The marker {MarkerPath} is damaged: it should hold the 64 characters that name the keychain's entry.",
            "Restore it from a backup, or remove it and the vault's folder and request the tokens anew.");
    }

    private static AtpException OutOfReach(string reason, Exception? cause = null) => new(AtpError.VaultKeyInvalid,
        $"The vault's key lies in this system's keychain, which this process cannot reach: {reason}",
        "Run in a session of the same user whose keychain is unlocked. For cron, ssh and the like, set " +
        $"{VaultKey.Variable} and a folder of its own in {AgentdomHome.Variable}, and request the tokens anew there.", cause);

    // The call cannot be cancelled: one that hangs must neither be waited for nor keep the process alive.
    private static byte[] InTime(Func<byte[]> work)
    {
        var done = new TaskCompletionSource<byte[]>();
        var thread = new Thread(() =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        })
        { IsBackground = true, Name = "Agentdom keychain" };
        thread.Start();
        return Task.WaitAny([done.Task], s_patience) == 0
            ? done.Task.GetAwaiter().GetResult()
            : throw new TimeoutException($"it did not answer within {s_patience.TotalSeconds:0} seconds.");
    }

    // The two below are all that touches MSAL, and not inlined, so that it is loaded only where a keychain is asked.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static byte[] Load(string account) => Open(account).ReadData();

    // An entry without a marker is a killed process's, or of a folder that was deleted: nothing else knows its key.
    // Storage.VerifyPersistence would write to one entry that all vaults share; reading back proves more.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static byte[] LoadOrStore(string account)
    {
        var storage = Open(account);
        var key = storage.ReadData();
        if (key.Length == 32) return key;
        storage.WriteData(RandomBytes.Make(32));
        // Elsewhere the library only touches this file, for watchers of changes.
        if (!RuntimeInformation.IsOSPlatform(OSPlatform.Windows)) File.Delete(ProtectedFile);
        return storage.ReadData();
    }

    // The file that DPAPI encrypts.
    private static string ProtectedFile => Path.Combine(AgentdomHome.Keys, "vault.key.dpapi");

    private static Storage Open(string account) => Storage.Create(
        new StorageCreationPropertiesBuilder(Path.GetFileName(ProtectedFile), AgentdomHome.Keys)
            .WithMacKeyChain(Product, account)
            .WithLinuxKeyring(Product, MsalCacheHelper.LinuxKeyRingDefaultCollection, "Agentdom vault key",
                new KeyValuePair<string, string>("application", Product), new KeyValuePair<string, string>("vault", account))
            .Build());
}
