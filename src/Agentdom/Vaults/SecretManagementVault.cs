using System.Management.Automation;

namespace Agentdom.Vaults;

/// <summary>
/// Any vault that is registered with SecretManagement. A write counts as successful only after it was read back, because some
/// vaults report no error when they are locked and cannot ask for their password, and others change what they store.
/// </summary>
/// <param name="name">The vault's name.</param>
/// <param name="commands">SecretManagement.</param>
/// <param name="cache">The vault's cache, if it has one that must be cleared.</param>
/// <param name="canReuseNames">
/// Whether the vault is known to accept the name of a removed entry again. In other vaults an entry is not removed but replaced by
/// <see cref="VaultText.Removed"/>, because a vault with soft delete, such as Azure Key Vault, refuses the name for weeks.
/// </param>
internal sealed class SecretManagementVault(
    string name, SecretManagement commands, SecretStoreCache? cache, bool canReuseNames) : ITokenVault
{
    private const string ProbeName = "agentdom-probe";

    private static readonly TimeSpan s_lockWait = TimeSpan.FromSeconds(60);
    private static readonly string[] s_refusals = ["exist", "overwrit", "duplicate", "replace"];

    private bool _answered;

    public string Name => name;

    public string? EnsureWritable()
    {
        // Vaults have no dry run, so this only checks that the vault answers before a token is requested.
        try
        {
            Read(ProbeName);
        }
        catch (AtpException e) when (e.Error == AtpError.VaultUnreadable && e.InnerException is not TimeoutException)
        {
            // Some vaults fail in every way while they are empty.
            if (Exclusively(() => TrySet(ProbeName, VaultText.Removed, out _)) is not null) throw;
        }
        return null;
    }

    public string? Read(string entry)
    {
        Forget();
        return ReadCached(entry);
    }

    public void Write(string entry, string text) => Exclusively(() =>
    {
        var before = Look(entry);
        try
        {
            Put(entry, text, before);
        }
        catch (AtpException e) when (e.Error == AtpError.VaultUnwritable && e.InnerException is not TimeoutException)
        {
            if (!TryPutBack(entry, before))
                throw e.WithAdvice($"{e.Advice} The entry {entry} could not be put back as it was, either.");
            throw;
        }
        catch (OperationCanceledException e)
        {
            throw new AtpException(AtpError.VaultUnwritable,
                $"Storing the entry {entry} in the vault '{name}' was interrupted, so it may be there or not.",
                "Run the command again.", e);
        }
        return true;
    });

    public IReadOnlyList<AtpException?> WriteAll(IReadOnlyList<(string Name, string Text)> entries)
    {
        var failures = new AtpException?[entries.Count];
        for (var i = 0; i < failures.Length; i++)
        {
            try
            {
                Write(entries[i].Name, entries[i].Text);
            }
            catch (AtpException e)
            {
                failures[i] = e;
            }
            catch (OperationCanceledException) when (i > 0)
            {
                // The caller must learn that the ones before it are stored.
                failures[i] = new AtpException(AtpError.VaultUnwritable,
                    $"The entry {entries[i].Name} was not stored in the vault '{name}', because the command was stopped.", "Run it again.");
            }
        }
        return failures;
    }

    public bool Remove(string entry) => Exclusively(() =>
    {
        var before = Look(entry);
        if (!before.IsThere || before.IsRemoved) return false;
        Clear(entry);
        KnownTokens.Note(name, entry, null);
        return true;
    });

    public IEnumerable<ListedEntry> List(string prefix, Action<AtpException> onUnreadable)
    {
        Forget();
        var found = NamesLike(prefix + "*").Where(n => n.StartsWith(prefix, StringComparison.Ordinal)).ToList();
        // A locked vault may return an empty list without an error. Reading an entry reveals that it is locked.
        if (found.Count == 0) ReadCached(ProbeName);
        return found.Select(n => new ListedEntry(n, () => Read(n)));
    }

    private string? ReadCached(string entry)
    {
        var value = Get(entry);
        var text = SecretText.Of(value);
        if (value is not null && text is null)
            throw new AtpException(AtpError.VaultEntryDamaged,
                $"The vault '{name}' returns the entry {entry} as {Printable.Excerpt(value.BaseObject.GetType().Name)}, which is not text.",
                "Store it as text, or remove it.");
        KnownTokens.Note(name, entry, text);
        return text;
    }

    private PSObject? Get(string entry)
    {
        try
        {
            var values = commands.Run("Get-Secret", name, ("Name", entry), ("Vault", name), ("AsPlainText", true));
            return values is { Count: not 1 } or [null] ? throw SecretManagement.Locked(name, null) : values?[0];
        }
        catch (AtpException e) when (e.Error == AtpError.VaultUnreadable && e.InnerException is not TimeoutException)
        {
            // Many vaults fail for a name that they do not have.
            if (IsMissing(entry)) return null;
            throw;
        }
    }

    private bool IsMissing(string entry)
    {
        try
        {
            return !NamesLike(entry).Any(n => n.Equals(entry, StringComparison.OrdinalIgnoreCase)) && (_answered |= IsAvailable());
        }
        catch (AtpException)
        {
            return false;
        }
    }

    // A vault that is locked may list nothing without an error.
    private bool IsAvailable() =>
        NamesLike("*").Any() || commands.Run("Test-SecretVault", name, ("Name", name)) is [.., { BaseObject: true }];

    private IEnumerable<string> NamesLike(string pattern) =>
        (commands.Run("Get-SecretInfo", name, ("Name", pattern), ("Vault", name)) ?? [])
        .Select(static info => info?.Properties["Name"]?.Value as string)
        .OfType<string>();

    private Held Look(string entry)
    {
        try
        {
            var text = ReadCached(entry);
            return new Held(text is not null, text);
        }
        catch (AtpException e) when (TokenStore.IsOfOneEntry(e))
        {
            return new Held(true, null);
        }
    }

    private void Put(string entry, string text, Held before)
    {
        var failure = TrySet(entry, text, out var wasAccepted);
        if (failure is null) return;
        // Some vaults do not replace an entry, with or without an error. After any other failure the entry must stay: a vault with
        // soft delete would lose its name.
        var isRefused = before.IsThere && (wasAccepted
            ? before.Text is not null && Look(entry) == before
            : s_refusals.Any(word => failure.Happened.IndexOf(word, StringComparison.OrdinalIgnoreCase) >= 0));
        if (!isRefused || !TryDelete(entry) || TrySet(entry, text, out _) is not null) throw failure;
    }

    private AtpException? TrySet(string entry, string text, out bool wasAccepted)
    {
        AtpException? failure = null;
        wasAccepted = false;
        // As a SecureString, so that logs of command parameters do not contain it. Some vaults accept only plain text.
        foreach (var secret in new object[] { SecureText.Protect(text), text })
        {
            try
            {
                commands.Run("Set-Secret", name, ("Name", entry), ("Vault", name), ("Secret", secret));
                wasAccepted = true;
                if (ReadCached(entry) is { } stored && VaultText.Line(stored) == text) return null;
                failure = NotReturned(entry, null);
            }
            catch (AtpException e) when (e.Error == AtpError.VaultUnwritable)
            {
                failure = e;
            }
            catch (AtpException e) when (TokenStore.IsOfOneEntry(e))
            {
                failure = NotReturned(entry, e);
            }
        }
        return failure;
    }

    private AtpException NotReturned(string entry, AtpException? cause) => new(AtpError.VaultUnwritable,
        $"The vault '{name}' accepted the entry {entry} but does not return it, so it was not stored."
            + (cause is null ? "" : $" {cause.Happened}"),
        "Unlock the vault, check that it accepts text, or use another one with -Vault.", cause);

    private bool TryPutBack(string entry, Held before)
    {
        try
        {
            if (Look(entry) == before) return true;
            if (!before.IsThere) Clear(entry);
            else if (before.Text is { } text && TrySet(entry, text, out _) is { } failure) throw failure;
            return before.Text is not null || !before.IsThere;
        }
        catch (AtpException)
        {
            return false;
        }
    }

    private void Clear(string entry)
    {
        if (canReuseNames || TrySet(entry, VaultText.Removed, out _) is not null) Delete(entry);
    }

    private void Delete(string entry)
    {
        AtpException? failure = null;
        try
        {
            commands.Run("Remove-Secret", name, ("Name", entry), ("Vault", name));
        }
        catch (AtpException e) when (e.Error == AtpError.VaultUnwritable)
        {
            failure = e;
        }
        // Some vaults report an error for what they did, and others none for what they did not do.
        if (Look(entry).IsThere)
            throw failure ?? new AtpException(AtpError.VaultUnwritable,
                $"The vault '{name}' still has the entry {entry} after removing it.", "Remove it with the vault's own tools.");
    }

    private bool TryDelete(string entry)
    {
        try
        {
            Delete(entry);
            return true;
        }
        catch (AtpException)
        {
            return false;
        }
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

    /// <summary>What a vault has under a name. The text is null if it cannot be read.</summary>
    private readonly record struct Held(bool IsThere, string? Text)
    {
        internal bool IsRemoved => Text is { } text && VaultText.Line(text) == VaultText.Removed;
    }
}
