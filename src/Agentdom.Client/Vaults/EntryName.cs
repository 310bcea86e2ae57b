using System.Text.RegularExpressions;

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
    internal const string SecretPrefix = "agentdomsecret-";

    private const string HttpsInName = "https---";

    // Up to 2 to the power of it are tried, for each entry of a list.
    private const int MostDashes = 12;

    private const int MaxHostLength = 80;
    private const int HashLength = 12;

    private static readonly Regex s_secret = new(
        $"^{SecretPrefix}(?<host>.*)-[0-9a-f]{{{HashLength}}}$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase);

    private static readonly Regex s_token = new($"^{TokenPrefix}.*-[0-9a-f]{{{HashLength}}}$", RegexOptions.CultureInvariant);

    /// <summary>The name of an agent's token for a host and a set of scopes, in any order.</summary>
    public static string OfToken(string host, IEnumerable<string> scopes, string agentId) =>
        // The host is part of the hash, because a-b.example and a.b.example look the same with dashes.
        $"{PrefixOfTokens(host)}{Short($"{host}\n{ScopeSet.Key(scopes)}\n{agentId}")}";

    /// <summary>The name that earlier versions gave it, with any agent id.</summary>
    public static string FormerOfToken(string host, IEnumerable<string> scopes) =>
        $"{PrefixOfTokens(host)}{Short($"{host}\n{ScopeSet.Key(scopes)}")}";

    /// <summary>Whether a name has the form of a token's. A vault can be shared with other software.</summary>
    public static bool IsToken(string name) => s_token.IsMatch(name);

    /// <summary>Whether a name is one of a token of a host, or of a host that looks the same with dashes.</summary>
    public static bool IsTokenOf(string host, string name) =>
        IsToken(name) && name.Length == PrefixOfTokens(host).Length + HashLength
        && name.StartsWith(PrefixOfTokens(host), StringComparison.OrdinalIgnoreCase);

    /// <summary>The prefix of the names of a host's tokens. Hosts that look the same with dashes share it.</summary>
    internal static string PrefixOfTokens(string host) => $"{TokenPrefix}{Readable(host)}-";

    /// <summary>Whether a prefix is that of a host's tokens, and not that of all tokens.</summary>
    internal static bool IsPrefixOfTokens(string prefix) =>
        prefix.Length > TokenPrefix.Length && prefix.StartsWith(TokenPrefix, StringComparison.Ordinal);

    /// <summary>The name of the shared secret for a host.</summary>
    public static string OfSecret(string host) => $"{SecretPrefix}{Readable(host)}-{Short(host)}";

    /// <summary>Whether a name has the form of a shared secret's.</summary>
    public static bool IsSecret(string name) => s_secret.IsMatch(name);

    /// <summary>
    /// The host of a shared secret's name, or null if the name is too long or has too many dashes to tell. It has dashes in place of
    /// dots, and a hash that tells which of the possible hosts is meant.
    /// </summary>
    public static string? HostOfSecret(string name)
    {
        var readable = s_secret.Match(name).Groups["host"].Value.ToLowerInvariant();
        return Spellings(readable).FirstOrDefault(host => OfSecret(host).Equals(name, StringComparison.OrdinalIgnoreCase));
    }

    private static IEnumerable<string> Spellings(string readable)
    {
        if (readable.StartsWith(HttpsInName, StringComparison.Ordinal))
        {
            foreach (var host in Spellings(readable.Substring(HttpsInName.Length).Trim('-'))) yield return "https://" + host;
        }
        if (readable == "1") yield return "[::1]";
        if (readable.StartsWith("1--", StringComparison.Ordinal)) yield return "[::1]:" + readable.Substring(3);
        int[] dashes = [.. Enumerable.Range(0, readable.Length).Where(i => readable[i] == '-')];
        if (dashes.Length > MostDashes) yield break;
        var text = readable.ToCharArray();
        for (var choice = 0; choice < 1 << dashes.Length; choice++)
        {
            for (var i = 0; i < dashes.Length; i++) text[dashes[i]] = (choice >> i & 1) == 0 ? '.' : '-';
            yield return new string(text);
            if (dashes.Length == 0) continue;
            text[dashes[dashes.Length - 1]] = ':';
            yield return new string(text);
        }
    }

    private static string Readable(string host)
    {
        var characters = host.ToCharArray();
        for (var i = 0; i < characters.Length; i++)
        {
            if (!char.IsLetterOrDigit(characters[i])) characters[i] = '-';
        }
        var text = new string(characters).Trim('-');
        return text.Length > MaxHostLength ? text.Substring(0, MaxHostLength) : text;
    }

    private static string Short(string text) => Sha256.OfText(text).Substring(0, HashLength);
}
