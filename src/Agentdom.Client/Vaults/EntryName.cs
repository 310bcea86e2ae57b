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
    private const string SecretPrefix = "agentdomsecret-";

    private const int MaxHostLength = 80;
    private const int HashLength = 12;

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

    /// <summary>The name of the shared secret for a host.</summary>
    public static string OfSecret(string host) => $"{SecretPrefix}{Readable(host)}-{Short(host)}";

    private static string Readable(string host)
    {
        var text = new string([.. host.Select(static c => char.IsLetterOrDigit(c) ? c : '-')]).Trim('-');
        return text.Length > MaxHostLength ? text.Substring(0, MaxHostLength) : text;
    }

    private static string Short(string text) => Sha256.OfText(text).Substring(0, HashLength);
}
