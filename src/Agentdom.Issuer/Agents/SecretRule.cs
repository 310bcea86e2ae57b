using System.Text;

namespace Agentdom.Issuer;

/// <summary>The rule for secrets that requests are signed with (RFC 7518 §3.2, protocol.md §6).</summary>
internal static class SecretRule
{
    internal const string HowToMakeOne = "make one with 'openssl rand -base64 32'.";

    /// <returns>What is wrong with the secret, as the rest of a sentence, or null. It does not repeat the secret.</returns>
    internal static string? Problem(string? secret)
    {
        var bytes = Encoding.UTF8.GetByteCount(secret ?? "");
        if (!UnicodeText.IsValid(secret ?? "")) return $"contains a lone surrogate, so it has no UTF-8 form; {HowToMakeOne}";
        return bytes < SharedSecret.MinimumBytes
            ? $"has {bytes} bytes and needs at least {SharedSecret.MinimumBytes}; {HowToMakeOne}"
            : null;
    }
}
