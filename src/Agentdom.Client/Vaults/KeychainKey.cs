using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Identity.Client.Extensions.Msal;

namespace Agentdom.Client;

/// <summary>
/// The vault's key in the operating system's keychain: DPAPI on Windows, the Keychain on macOS, libsecret on Linux. A marker
/// file shows every process that the key is there, even if the process cannot access the keychain.
/// </summary>
internal static class KeychainKey
{
    /// <summary>The environment variable that disables the keychain if it is <c>off</c>.</summary>
    internal const string Variable = "AGENTDOM_KEYCHAIN";

    private const string Product = "agentdom";
    private const string BusVariable = "DBUS_SESSION_BUS_ADDRESS";

    // A locked keychain may prompt the user, and without a user it never answers. The vault's lock is held meanwhile, so this
    // is shorter than the time that other writers wait for it.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    // A lookup takes milliseconds, and the vault needs the key for each entry.
    private static readonly ConcurrentDictionary<string, byte[]> s_found = new(StringComparer.Ordinal);

    /// <summary>The marker file. It contains the name of the keychain's entry and no secret.</summary>
    internal static string MarkerPath => Path.Combine(AgentdomHome.Keys, "vault.key.in-keychain");

    /// <summary>Whether the user wants keys of new vaults in key files.</summary>
    internal static bool IsOff => string.Equals(Environment.GetEnvironmentVariable(Variable), "off", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether this vault's key is in the keychain.</summary>
    internal static bool IsMarked => File.Exists(MarkerPath);

    /// <summary>Whether the key is available without a prompt. DPAPI never prompts; the other keychains may.</summary>
    /// <exception cref="AtpException"><see cref="AtpError.VaultKeyInvalid"/>: the marker cannot be read.</exception>
    internal static bool IsAtHand =>
        RuntimeInformation.IsOSPlatform(OSPlatform.Windows) || s_found.ContainsKey(ReadMarker());

    /// <summary>The key of the entry that the marker names.</summary>
    /// <exception cref="AtpException"><see cref="AtpError.VaultKeyInvalid"/>: it is inaccessible, missing or damaged.</exception>
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
        // A locked keychain that cannot prompt gives the same answer as one without the entry.
        if (key.Length != 32)
            throw new AtpException(AtpError.VaultKeyInvalid,
                $"The vault's key is in this system's keychain, which is locked or no longer has the entry '{account}'.",
                "Unlock it, or run in a session with an unlocked keychain. If the entry was deleted, remove " +
                $"{MarkerPath} and the vault's folder and request the tokens again.");
        return s_found[account] = key;
    }

    /// <summary>Stores a key in the keychain and writes the marker. The caller holds the vault's write lock.</summary>
    /// <returns>Null if no keychain is available. No marker is written then.</returns>
    internal static byte[]? TryCreate()
    {
        if (WhyNotHere() is not null) return null;
        // Derived from the folder, so that each AGENTDOM_HOME has a key of its own.
        var account = Sha256.OfText(AgentdomHome.Keys);
        byte[] key;
        try
        {
            PrivatePath.CreateFolder(AgentdomHome.Keys);
            key = InTime(() => LoadOrStore(account));
        }
        catch (Exception)
        {
            // Whatever the reason, the caller falls back to the key file.
            return null;
        }
        if (key.Length != 32) return null;
        AtomicFile.CreateIfMissing(MarkerPath, Encoding.ASCII.GetBytes(account));
        return s_found[account] = key;
    }

    private static string? WhyNotHere()
    {
        if (IsOff) return $"{Variable} is off.";
        if (RuntimeInformation.IsOSPlatform(OSPlatform.Windows) || RuntimeInformation.IsOSPlatform(OSPlatform.OSX)) return null;
        if (!RuntimeInformation.IsOSPlatform(OSPlatform.Linux)) return "no keychain of this system is supported.";
        return string.IsNullOrEmpty(Environment.GetEnvironmentVariable(BusVariable))
            ? $"there is no D-Bus session here ({BusVariable} is not set)."
            : null;
    }

    // The name is read from the marker, so that a folder that was moved keeps its key.
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
            $"The marker {MarkerPath} is damaged: it should contain the 64 characters that name the keychain's entry.",
            "Restore it from a backup, or remove it and the vault's folder and request the tokens again.");
    }

    private static AtpException OutOfReach(string reason, Exception? cause = null) => new(AtpError.VaultKeyInvalid,
        $"The vault's key is in this system's keychain, which this process cannot reach: {reason}",
        "Run in a session of the same user with an unlocked keychain. For cron, ssh and the like, set " +
        $"{VaultKey.Variable}, set {AgentdomHome.Variable} to a separate folder, and request the tokens again there.", cause);

    // The call cannot be cancelled, so it runs on a background thread: if it hangs, it must not keep the process alive.
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

    // Only these two methods use MSAL. They are not inlined, so that it is loaded only if a keychain is used.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static byte[] Load(string account) => Open(account).ReadData();

    // An entry without a marker was left by a killed process or a deleted folder. Nothing else uses its key, so it is reused.
    // Storage.VerifyPersistence would write to one entry that all vaults share; reading the key back proves more.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static byte[] LoadOrStore(string account)
    {
        var storage = Open(account);
        var key = storage.ReadData();
        if (key.Length == 32) return key;
        storage.WriteData(RandomBytes.Make(32));
        // On other systems the library only touches this file, to notify file watchers.
        if (!RuntimeInformation.IsOSPlatform(OSPlatform.Windows)) File.Delete(ProtectedFile);
        return storage.ReadData();
    }

    // The file that DPAPI encrypts on Windows.
    private static string ProtectedFile => Path.Combine(AgentdomHome.Keys, "vault.key.dpapi");

    private static Storage Open(string account) => Storage.Create(
        new StorageCreationPropertiesBuilder(Path.GetFileName(ProtectedFile), AgentdomHome.Keys)
            .WithMacKeyChain(Product, account)
            .WithLinuxKeyring(Product, MsalCacheHelper.LinuxKeyRingDefaultCollection, "Agentdom vault key",
                new KeyValuePair<string, string>("application", Product), new KeyValuePair<string, string>("vault", account))
            .Build());
}
