using System.Text;

namespace Agentdom.Issuer;

/// <summary>What an issuer accepts and grants.</summary>
public class TokenIssuerOptions
{
    /// <summary>How far a request's timestamp may be from this clock, either way: 300 seconds (protocol.md §4).</summary>
    public static readonly TimeSpan TimestampWindow = TimeSpan.FromSeconds(300);

    /// <summary>
    /// The shared secrets, newest first, each at least 32 bytes of UTF-8. Requests signed and tokens minted under any of
    /// them are good until it is taken off; new tokens are minted under the first.
    /// </summary>
    public IList<string> Secrets { get; } = [];

    /// <summary>The scopes on offer, each an RFC 6749 scope-token of 1 to 128 characters.</summary>
    public IList<string> Scopes { get; } = [];

    /// <summary>The life of a token: 1 second to 24 hours, in whole seconds. One hour by default.</summary>
    public TimeSpan TokenLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>The <c>iss</c> claim. Set it to the provider's own name or address where several issuers share a secret.</summary>
    public string Issuer { get; set; } = "agentdom";

    /// <summary>The <c>aud</c> that requests must name and tokens carry, or null for none.</summary>
    public string? Audience { get; set; }

    /// <summary>
    /// A signing key for tokens in place of the ones derived from the secrets: at least 32 bytes, or null.
    /// </summary>
    public byte[]? SigningKey { get; set; }

    /// <summary>What is wrong with these options, each as a sentence that says what to do; empty where nothing is.</summary>
    public IEnumerable<string> Problems()
    {
        if (Secrets.Count == 0)
            yield return $"There is no shared secret. Add one of at least {SharedSecret.MinimumBytes} bytes; {HowToMakeOne}";
        for (var i = 0; i < Secrets.Count; i++)
        {
            var bytes = Encoding.UTF8.GetByteCount(Secrets[i] ?? "");
            if (!HasUtf8(Secrets[i] ?? ""))
                yield return $"Secret {i + 1} of {Secrets.Count} holds a lone surrogate, so it has no UTF-8 form; {HowToMakeOne}";
            else if (bytes < SharedSecret.MinimumBytes)
                yield return $"Secret {i + 1} of {Secrets.Count} has {bytes} bytes "
                    + $"and needs at least {SharedSecret.MinimumBytes}; {HowToMakeOne}";
        }
        if (SigningKey is { Length: < SharedSecret.MinimumBytes })
            yield return $"The signing key has {SigningKey.Length} bytes and needs at least {SharedSecret.MinimumBytes}.";
        if (Scopes.Count == 0) yield return "No scope is on offer. Add at least one, such as \"data.read\".";
        foreach (var scope in Scopes)
        {
            if (!ScopeSet.IsScope(scope ?? ""))
                yield return $"'{scope}' is not a scope: 1 to {ScopeSet.MaxLength} printable ASCII characters "
                    + "without spaces, quotes and backslashes.";
        }
        if (TokenLifetime < TimeSpan.FromSeconds(1) || TokenLifetime > TimeSpan.FromDays(1)
            || TokenLifetime.Ticks % TimeSpan.TicksPerSecond != 0)
        {
            yield return $"A token's life is 1 second to 24 hours in whole seconds, not {TokenLifetime}.";
        }
        // Of either, a blank one would make every token that is minted invalid.
        if (string.IsNullOrWhiteSpace(Issuer)) yield return "The issuer's name is empty.";
        if (Audience is not null && string.IsNullOrWhiteSpace(Audience)) yield return "The audience is empty. Name one, or leave it out.";
    }

    private const string HowToMakeOne = "make one with 'openssl rand -base64 32'.";

    private static bool HasUtf8(string text)
    {
        try
        {
            StrictJson.ToUtf8(text);
            return true;
        }
        catch (JsonFormatException)
        {
            return false;
        }
    }
}
