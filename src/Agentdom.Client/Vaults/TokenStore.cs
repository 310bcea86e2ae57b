using System.Text.RegularExpressions;

namespace Agentdom.Client;

/// <summary>The tokens in a vault, with one entry for each host and set of scopes.</summary>
/// <param name="vault">The vault.</param>
/// <param name="onUnreadable">Called for each entry that cannot be read during a listing.</param>
internal sealed class TokenStore(ITokenVault vault, Action<AtpException>? onUnreadable = null)
{
    private static readonly Regex s_tokenName = new($"^{EntryName.TokenPrefix}.*-[0-9a-f]{{12}}$", RegexOptions.CultureInvariant);

    private AtpException? _unreadable;

    /// <summary>The vault.</summary>
    public ITokenVault Vault => vault;

    /// <summary>Stores a token and replaces the one for the same host and scopes, if any.</summary>
    /// <exception cref="AtpException">The vault cannot be written.</exception>
    public void Save(StoredToken token) => vault.Write(token.EntryName, token.ToJson());

    /// <summary>Removes a token.</summary>
    /// <returns>False if there was none.</returns>
    /// <exception cref="AtpException">The vault cannot be written.</exception>
    public bool Remove(StoredToken token) => vault.Remove(token.EntryName);

    /// <summary>The token for a host and a set of scopes, or null.</summary>
    /// <exception cref="AtpException">The vault or the entry cannot be read.</exception>
    public StoredToken? Find(AtpHost host, IEnumerable<string> scopes) =>
        ReadEntry(EntryName.OfToken(host.Name, scopes)) is { } token && token.Host == host.Name ? token : null;

    /// <summary>All readable tokens in the vault, ordered by host and scopes.</summary>
    /// <exception cref="AtpException">The vault cannot be read.</exception>
    public IReadOnlyList<StoredToken> All() => Named(EntryName.TokenPrefix);

    /// <summary>The tokens of a host: the one for a set of scopes, or all of them if no scopes are given.</summary>
    /// <exception cref="AtpException">The vault or an entry cannot be read.</exception>
    public IReadOnlyList<StoredToken> Of(AtpHost host, IReadOnlyCollection<string>? scopes) => scopes is null
        ? [.. Named(EntryName.PrefixOfTokens(host.Name)).Where(t => t.Host == host.Name)]
        : Find(host, scopes) is { } token ? [token] : [];

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
            _ => throw new AtpException(AtpError.TokenAmbiguous,
                $"There are {tokens.Count} tokens for {host}: "
                    + $"{string.Join("; ", tokens.Select(static t => string.Join(" ", t.ScopesRequested)))}.",
                "Name the scopes of the one you need."),
        };
    }

    /// <summary>The error for a host, or a host and scopes, without a stored token.</summary>
    public static AtpException NotFound(AtpHost host, IReadOnlyCollection<string>? scopes)
    {
        var forScopes = scopes is null ? "" : $" with the scopes {string.Join(" ", scopes)}";
        return new AtpException(AtpError.TokenNotFound, $"No token is stored for {host}{forScopes}.",
            "Request one.") { Subject = host.Name, SubjectScopes = scopes };
    }

    /// <summary>The token as it is in the vault now, or null if it was removed.</summary>
    /// <exception cref="AtpException">The vault or the entry cannot be read.</exception>
    public StoredToken? Reread(StoredToken token) => ReadEntry(token.EntryName);

    private IReadOnlyList<StoredToken> Named(string prefix) =>
        [.. vault.List(prefix, Unreadable)
            // A vault can be shared with other software, so only Agentdom's names count.
            .Where(static name => s_tokenName.IsMatch(name))
            .Select(ReadListed)
            .OfType<StoredToken>()
            .OrderBy(static t => t.Host, StringComparer.Ordinal)
            .ThenBy(static t => ScopeSet.Key(t.ScopesRequested), StringComparer.Ordinal)];

    private StoredToken? ReadListed(string name)
    {
        try
        {
            return ReadEntry(name);
        }
        catch (AtpException e) when (e.Error == AtpError.VaultEntryDamaged)
        {
            Unreadable(e);
            return null;
        }
    }

    private void Unreadable(AtpException failure)
    {
        _unreadable ??= failure;
        onUnreadable?.Invoke(failure);
    }

    // Null if there is no such entry or another process has removed it meanwhile.
    private StoredToken? ReadEntry(string name)
    {
        var text = vault.Read(name);
        if (text is null) return null;
        try
        {
            return StoredToken.FromJson(text);
        }
        catch (JsonFormatException e)
        {
            throw new AtpException(AtpError.VaultEntryDamaged,
                $"The entry {name} in the vault {vault.Name} is not an Agentdom token: {e.Message}",
                "If it was one, remove it and request the token again.", e);
        }
    }
}
