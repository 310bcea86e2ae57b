namespace Agentdom.Client;

/// <summary>
/// The names of the module's entries in a vault: letters, digits and dashes, at most 108 characters, so that any vault
/// takes them, Azure Key Vault included.
/// </summary>
internal static class EntryName
{
    /// <summary>What the names of all tokens begin with.</summary>
    public const string TokenPrefix = "agentdom-";

    // Does not begin with the other prefix, so that a list of tokens holds no secrets.
    private const string SecretPrefix = "agentdomsecret-";

    private const int MaxHostLength = 80;

    /// <summary>The name of the token for a host and a set of scopes, whatever their order.</summary>
    public static string OfToken(string host, IEnumerable<string> scopes) =>
        // The host is hashed as well: a-b.example and a.b.example read the same with dashes.
        $"{PrefixOfTokens(host)}{Short(host + "\n" + ScopeSet.Key(scopes))}";

    /// <summary>What the names of a host's tokens begin with; those of hosts that read alike may begin so too.</summary>
    internal static string PrefixOfTokens(string host) => $"{TokenPrefix}{Readable(host)}-";

    /// <summary>The name of the shared secret for a host.</summary>
    public static string OfSecret(string host) => $"{SecretPrefix}{Readable(host)}-{Short(host)}";

    private static string Readable(string host)
    {
        var text = new string([.. host.Select(static c => char.IsLetterOrDigit(c) ? c : '-')]).Trim('-');
        return text.Length > MaxHostLength ? text.Substring(0, MaxHostLength) : text;
    }

    private static string Short(string text) => Sha256.OfText(text).Substring(0, 12);
}
