namespace Agentdom.Client;

/// <summary>
/// The names of Agentdom's entries in a vault: letters, digits and dashes, at most 108 characters, so that every vault
/// accepts them, including Azure Key Vault.
/// </summary>
internal static class EntryName
{
    /// <summary>The prefix of the names of all tokens.</summary>
    public const string TokenPrefix = "agentdom-";

    // It must not begin with the token prefix, so that a list of tokens contains no secrets.
    private const string SecretPrefix = "agentdomsecret-";

    private const int MaxHostLength = 80;

    /// <summary>The name of the token for a host and a set of scopes, in any order.</summary>
    public static string OfToken(string host, IEnumerable<string> scopes) =>
        // The host is part of the hash, because a-b.example and a.b.example look the same with dashes.
        $"{PrefixOfTokens(host)}{Short(host + "\n" + ScopeSet.Key(scopes))}";

    /// <summary>The prefix of the names of a host's tokens. Hosts that look the same with dashes share it.</summary>
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
