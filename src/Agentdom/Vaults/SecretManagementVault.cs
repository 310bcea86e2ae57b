using System.Management.Automation;

namespace Agentdom.Vaults;

/// <summary>
/// Any vault that is registered with SecretManagement. A write counts as successful only after it was read back, because some
/// vaults report no error when they are locked and cannot ask for their password.
/// </summary>
internal sealed class SecretManagementVault(string name, SecretManagement commands, SecretStoreCache? cache) : ITokenVault
{
    private const string ProbeName = "agentdom-probe";

    private static readonly TimeSpan s_lockWait = TimeSpan.FromSeconds(60);

    public string Name => name;

    public string? EnsureWritable()
    {
        // Vaults have no dry run, so this only checks that the vault answers before a token is requested.
        Read(ProbeName);
        return null;
    }

    public string? Read(string entry)
    {
        Forget();
        return ReadCached(entry);
    }

    public void Write(string entry, string text) => Exclusively(() =>
    {
        // As a SecureString, so that logs of command parameters do not contain it.
        commands.Run("Set-Secret", name, ("Name", entry), ("Vault", name), ("Secret", SecureText.Protect(text)));
        if (ReadCached(entry) != text)
            throw new AtpException(AtpError.VaultUnwritable,
                $"The vault '{name}' accepted the entry {entry} but does not return it, so it was not stored.",
                "Unlock the vault, check that it accepts text, or use another one with -Vault.");
        return true;
    });

    public bool Remove(string entry) => Exclusively(() =>
    {
        if (ReadCached(entry) is null) return false;
        commands.Run("Remove-Secret", name, ("Name", entry), ("Vault", name));
        KnownTokens.Note(name, entry, null);
        return true;
    });

    public IReadOnlyList<string> List(string prefix, Action<AtpException> onUnreadable)
    {
        Forget();
        var found = commands.Run("Get-SecretInfo", name, ("Name", prefix + "*"), ("Vault", name))
            .Select(static info => (string)info.Properties["Name"].Value)
            .Where(n => n.StartsWith(prefix, StringComparison.Ordinal))
            .ToList();
        // A locked vault may return an empty list without an error. Reading an entry reveals that it is locked.
        if (found.Count == 0) ReadCached(ProbeName);
        return found;
    }

    private string? ReadCached(string entry)
    {
        var values = commands.Run("Get-Secret", name, ("Name", entry), ("Vault", name), ("AsPlainText", true));
        if (values is { Count: not 1 } or [null]) throw SecretManagement.Locked(name, null);
        var text = values?[0].BaseObject as string;
        KnownTokens.Note(name, entry, text);
        return text;
    }

    private void Forget()
    {
        if (cache is not null) commands.Alone(cache.Forget);
    }

    private T Exclusively<T>(Func<T> work)
    {
        using var writer = CrossProcessLock.ForEntry($"vault-{EntryName.OfSecret(name)}", s_lockWait, commands.Cancel)
            ?? throw new AtpException(AtpError.VaultUnwritable,
                $"Another process has been writing to the vault '{name}' for {s_lockWait.TotalSeconds:0} seconds.",
                "Try again. If this persists, look for a process that hangs.");
        Forget();
        return work();
    }
}
