namespace Agentdom.Client;

/// <summary>The tokens in a vault. Each agent has one entry for each host and set of scopes.</summary>
/// <param name="vault">The vault.</param>
/// <param name="onUnreadable">Called for each entry that cannot be read during a listing.</param>
internal sealed class TokenStore(ITokenVault vault, Action<AtpException>? onUnreadable = null)
{
    private AtpException? _unreadable;

    /// <summary>The vault.</summary>
    public ITokenVault Vault => vault;

    /// <summary>The agent whose tokens are found and listed, or null for those of any agent.</summary>
    public string? AgentId { get; init; }

    /// <summary>The clock that decides which replaced tokens are remembered.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>
    /// Stores a token in place of the agent's earlier one for the same host and scopes, if any. The caller should hold the
    /// token's lock.
    /// </summary>
    /// <returns>Earlier tokens that are still valid but for which the entry has no room. They should be revoked.</returns>
    /// <exception cref="AtpException">The vault cannot be read or written.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled before it began to write.</exception>
    public IReadOnlyList<EarlierToken> Save(StoredToken token)
    {
        var saved = SaveAll([token])[0];
        return saved.Failure is { } failure ? throw failure : saved.Dropped;
    }

    /// <summary>Stores tokens of different entries, each as <see cref="Save"/> does. It returns after all are stored.</summary>
    /// <returns>What became of each. One that fails does not prevent the others.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled before it began to write. None was stored.</exception>
    public IReadOnlyList<SavedToken> SaveAll(IReadOnlyList<StoredToken> tokens)
    {
        var plans = tokens.Select(Plan).ToList();
        var writing = plans.FindAll(static plan => plan.Result.Failure is null);
        var failures = writing.Count > 0 ? vault.WriteAll(writing.ConvertAll(static plan => plan.Entry)) : [];
        for (var i = 0; i < writing.Count; i++)
        {
            var plan = writing[i];
            if (failures[i] is { } failure) plan.Result = new SavedToken([], failure);
            // Only now, so that the token is never without an entry.
            else if (plan.Replaced is { } name && !Same(name, plan.Entry.Name)) TryRemove(name);
        }
        return plans.ConvertAll(static plan => plan.Result);
    }

    /// <summary>Removes a token, also under its former name.</summary>
    /// <returns>False if there was none.</returns>
    /// <exception cref="AtpException">The vault cannot be written.</exception>
    public bool Remove(StoredToken token)
    {
        var isFormer = TryRead(token.FormerEntryName) is { } former && IsSameEntry(former, token);
        return vault.Remove(token.EntryName) | (isFormer && vault.Remove(token.FormerEntryName));
    }

    /// <summary>The agent's token for a host and a set of scopes, or null.</summary>
    /// <exception cref="AtpException">The vault or the entry cannot be read.</exception>
    public StoredToken? Find(AtpHost host, IReadOnlyCollection<string> scopes, string agentId) =>
        Locate(host.Name, scopes, agentId).Token;

    /// <summary>All readable tokens in the vault, ordered by host and scopes.</summary>
    /// <exception cref="AtpException">The vault cannot be read.</exception>
    public IReadOnlyList<StoredToken> All() => Named(EntryName.TokenPrefix);

    /// <summary>The tokens of a host: those for a set of scopes, or all of them if no scopes are given.</summary>
    /// <exception cref="AtpException">The vault or an entry cannot be read.</exception>
    public IReadOnlyList<StoredToken> Of(AtpHost host, IReadOnlyCollection<string>? scopes)
    {
        if (scopes is not null && AgentId is not null) return Find(host, scopes, AgentId) is { } token ? [token] : [];
        return [.. Named(EntryName.PrefixOfTokens(host.Name)).Where(t => t.Host == host.Name && (scopes is null || t.IsFor(scopes)))];
    }

    /// <summary>The one token of a host, or its one token for a set of scopes.</summary>
    /// <exception cref="AtpException"><see cref="AtpError.TokenNotFound"/>, <see cref="AtpError.TokenAmbiguous"/>, or the
    /// vault or an entry cannot be read.</exception>
    public StoredToken FindOnly(AtpHost host, IReadOnlyCollection<string>? scopes)
    {
        var tokens = Of(host, scopes);
        return tokens.Count switch
        {
            1 => tokens[0],
            // The requested token may be the unreadable one, so that is reported and not that there is none.
            0 => throw _unreadable ?? NotFound(host, scopes),
            _ => throw Ambiguous(host, tokens),
        };
    }

    /// <summary>
    /// The error for a host, or a host and scopes, without a stored token. It names the agents that have one, or the other scheme.
    /// </summary>
    public AtpException NotFound(AtpHost host, IReadOnlyCollection<string>? scopes)
    {
        var others = AgentId is null ? [] : AgentsWith(host, scopes);
        var forScopes = scopes is null ? "" : $" with the scopes {string.Join(" ", scopes)}";
        var ofAgent = others.Count == 0 ? "" : $" for the agent {Printable.Excerpt(AgentId!)}";
        var happened = $"No token is stored for {host}{forScopes}{ofAgent}.";
        if (OtherScheme.Find(AtpError.TokenNotFound, host, happened, other => Of(other, scopes).Count > 0) is { } missing) return missing;
        return others.Count == 0
            ? new(AtpError.TokenNotFound, happened, "Request one.") { Subject = host.Name, SubjectScopes = scopes }
            : new(AtpError.TokenNotFound,
                $"{happened} Another agent has one: {string.Join(", ", others.Select(static id => Printable.Excerpt(id)))}.",
                $"Request one, or use that agent's id. {Client.AgentId.Variable} sets it for the whole process.")
            {
                Subject = host.Name,
                SubjectScopes = scopes,
                SubjectAgent = others[0],
            };
    }

    /// <summary>The token as it is in the vault now, or null if it was removed.</summary>
    /// <exception cref="AtpException">The vault or the entry cannot be read.</exception>
    public StoredToken? Reread(StoredToken token) => Locate(token.Host, token.ScopesRequested, token.AgentId).Token;

    /// <summary>The token in the entry with a name, of any agent. Null if there is none or it was removed.</summary>
    /// <exception cref="AtpException">The vault or the entry cannot be read.</exception>
    public StoredToken? ReadEntry(string name) => ReadEntry(new ListedEntry(name, () => vault.Read(name)));

    private StoredToken? ReadEntry(ListedEntry entry)
    {
        var name = entry.Name;
        try
        {
            if (entry.Read() is not { } stored || VaultText.Decode(stored) is not { } text) return null;
            var token = StoredToken.FromJson(text);
            return Same(name, token.EntryName) || Same(name, token.FormerEntryName)
                ? token
                : throw new JsonFormatException("It holds the token of another entry.");
        }
        catch (JsonFormatException e)
        {
            throw new AtpException(AtpError.VaultEntryDamaged,
                $"The entry {name} in the vault '{vault.Name}' is not an Agentdom token: {e.Message}",
                "If it was one, remove it and request the token again.", e) { SubjectEntry = (name, vault.Name) };
        }
        catch (AtpException e) when (e.SubjectEntry is null && IsOfOneEntry(e))
        {
            throw e.OfEntry(name, vault.Name);
        }
    }

    /// <summary>Whether a failure concerns one entry, and the others can still be read.</summary>
    public static bool IsOfOneEntry(AtpException e) => e.Error == AtpError.VaultEntryDamaged
        || (e.Error == AtpError.VaultUnreadable && e.InnerException is not TimeoutException);

    private Planned Plan(StoredToken token)
    {
        try
        {
            IReadOnlyList<EarlierToken> dropped = [];
            var (replaced, name) = FindReplaced(token);
            if (replaced is not null) token = token.Replacing(replaced, Time.GetUtcNow(), out dropped);
            return new Planned((token.EntryName, VaultText.Encode(token.ToJson())), name, new SavedToken(dropped, null));
        }
        catch (AtpException e)
        {
            return new Planned(default, null, new SavedToken([], e));
        }
    }

    private (StoredToken? Token, string? Name) FindReplaced(StoredToken token)
    {
        try
        {
            return Locate(token.Host, token.ScopesRequested, token.AgentId);
        }
        catch (AtpException e) when (e.Error == AtpError.VaultEntryDamaged)
        {
            // The new token takes its place.
            return default;
        }
    }

    private (StoredToken? Token, string? Name) Locate(string host, IReadOnlyCollection<string> scopes, string agentId)
    {
        foreach (var name in new[] { EntryName.OfToken(host, scopes, agentId), EntryName.FormerOfToken(host, scopes) })
        {
            if (ReadEntry(name) is { } token && token.Host == host && token.AgentId == agentId) return (token, name);
        }
        return default;
    }

    private IReadOnlyList<StoredToken> Named(string prefix) =>
        [.. vault.List(prefix, Unreadable)
            .Where(static entry => EntryName.IsToken(entry.Name))
            .Select(entry => (entry.Name, Token: ReadListed(entry)))
            .Where(entry => entry.Token is not null && (AgentId is null || entry.Token.AgentId == AgentId))
            // If a process died between writing the new name and removing the former one, the new one counts.
            .GroupBy(static entry => entry.Token!.EntryName, StringComparer.Ordinal)
            .Select(static same => same.OrderBy(static entry => Same(entry.Name, entry.Token!.EntryName) ? 0 : 1).First().Token!)
            .OrderBy(static t => t.Host, StringComparer.Ordinal)
            .ThenBy(static t => ScopeSet.Key(t.ScopesRequested), StringComparer.Ordinal)
            .ThenBy(static t => t.AgentId, StringComparer.Ordinal)];

    private StoredToken? ReadListed(ListedEntry entry)
    {
        try
        {
            return ReadEntry(entry);
        }
        catch (AtpException e) when (IsOfOneEntry(e))
        {
            Unreadable(e);
            return null;
        }
    }

    private StoredToken? TryRead(string name)
    {
        try
        {
            return ReadEntry(name);
        }
        catch (AtpException e) when (IsOfOneEntry(e))
        {
            return null;
        }
    }

    private void TryRemove(string name)
    {
        try
        {
            vault.Remove(name);
        }
        catch (Exception e) when (e is AtpException or OperationCanceledException)
        {
            // The new entry counts, and removing the token later removes both.
        }
    }

    private List<string> AgentsWith(AtpHost host, IReadOnlyCollection<string>? scopes)
    {
        try
        {
            return [.. new TokenStore(vault).Of(host, scopes).Select(static t => t.AgentId).Distinct(StringComparer.Ordinal)];
        }
        catch (AtpException)
        {
            return [];
        }
    }

    private void Unreadable(AtpException failure)
    {
        _unreadable ??= failure;
        onUnreadable?.Invoke(failure);
    }

    private static AtpException Ambiguous(AtpHost host, IReadOnlyList<StoredToken> tokens)
    {
        var areOfOneAgent = tokens.All(t => t.AgentId == tokens[0].AgentId);
        var each = tokens.Select(t => string.Join(" ", t.ScopesRequested)
            + (areOfOneAgent ? "" : $" (agent {Printable.Excerpt(t.AgentId)})"));
        return new AtpException(AtpError.TokenAmbiguous, $"There are {tokens.Count} tokens for {host}: {string.Join("; ", each)}.",
            areOfOneAgent ? "Name the scopes of the one you need." : "Name the scopes and the agent id of the one you need.");
    }

    private static bool IsSameEntry(StoredToken one, StoredToken other) => one.EntryName == other.EntryName;

    // Some vaults do not keep the case of names.
    private static bool Same(string name, string other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);

    private sealed class Planned((string Name, string Text) entry, string? replaced, SavedToken result)
    {
        internal (string Name, string Text) Entry => entry;

        internal string? Replaced => replaced;

        internal SavedToken Result { get; set; } = result;
    }
}
