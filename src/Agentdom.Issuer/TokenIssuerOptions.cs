using System.Text;

namespace Agentdom.Issuer;

/// <summary>An issuer's options.</summary>
public class TokenIssuerOptions
{
    /// <summary>How far a request's timestamp may be from the issuer's clock, in either direction: 300 seconds (protocol.md §4).</summary>
    public static readonly TimeSpan TimestampWindow = TimeSpan.FromSeconds(300);

    /// <summary>
    /// The shared secrets, newest first, each at least 32 bytes of UTF-8. New tokens are issued under the first. Requests and
    /// tokens signed under any of them are valid until that secret is removed from the list.
    /// </summary>
    public IList<string> Secrets { get; } = [];

    /// <summary>The offered scopes, each an RFC 6749 scope-token of 1 to 128 characters.</summary>
    public IList<string> Scopes { get; } = [];

    /// <summary>The lifetime of a token, 1 second to 24 hours in whole seconds. The default is one hour.</summary>
    public TimeSpan TokenLifetime { get; set; } = TimeSpan.FromHours(1);

    internal const string DefaultName = "agentdom";

    /// <summary>
    /// The <c>iss</c> claim, or null for the issuer's public origin and, if that is not known either, <c>agentdom</c>. Issuers that
    /// share a secret need different ones, because otherwise each accepts the tokens that another has revoked.
    /// </summary>
    public string? Issuer { get; set; }

    /// <summary>The <c>aud</c> that requests must have and that tokens get, or null for none.</summary>
    public string? Audience { get; set; }

    /// <summary>
    /// The provider's own keys that sign tokens, newest first, each the base64 of at least 32 bytes. New tokens are signed with the
    /// first, and tokens signed with any of them are valid. If the list is empty, the keys are derived from the secrets. Then
    /// everyone who has a secret can derive its key.
    /// </summary>
    public IList<string> SigningKeys { get; } = [];

    /// <summary>The <c>iss</c> claim that is in force.</summary>
    internal string Name => Issuer ?? Origin ?? DefaultName;

    /// <summary>Whether nobody has given this issuer a name.</summary>
    internal bool HasDefaultName => Issuer is null && Origin is null;

    /// <summary>The address under which agents know the issuer, or null if it is not known.</summary>
    internal virtual string? Origin => null;

    /// <summary>The problems of these options, each as a sentence with advice; empty if they are valid.</summary>
    public IEnumerable<string> Problems()
    {
        if (Secrets.Count == 0)
            yield return $"There is no shared secret. Add one of at least {SharedSecret.MinimumBytes} bytes; {HowToMakeOne}";
        for (var i = 0; i < Secrets.Count; i++)
        {
            var bytes = Encoding.UTF8.GetByteCount(Secrets[i] ?? "");
            if (!HasUtf8(Secrets[i] ?? ""))
                yield return $"Secret {i + 1} of {Secrets.Count} contains a lone surrogate, so it has no UTF-8 form; {HowToMakeOne}";
            else if (bytes < SharedSecret.MinimumBytes)
                yield return $"Secret {i + 1} of {Secrets.Count} has {bytes} bytes "
                    + $"and needs at least {SharedSecret.MinimumBytes}; {HowToMakeOne}";
        }
        for (var i = 0; i < SigningKeys.Count; i++)
        {
            if (KeyLength(SigningKeys[i]) is not { } bytes)
                yield return $"Signing key {i + 1} of {SigningKeys.Count} is not base64; {HowToMakeOne}";
            else if (bytes < SharedSecret.MinimumBytes)
                yield return $"Signing key {i + 1} of {SigningKeys.Count} has {bytes} bytes "
                    + $"and needs at least {SharedSecret.MinimumBytes}; {HowToMakeOne}";
        }
        if (Scopes.Count == 0) yield return "No scope is offered. Add at least one, such as \"data.read\".";
        foreach (var scope in Scopes)
        {
            if (!ScopeSet.IsScope(scope ?? ""))
                yield return $"'{scope}' is not a scope: 1 to {ScopeSet.MaxLength} printable ASCII characters "
                    + "without spaces, quotes and backslashes.";
        }
        if (TokenLifetime < TimeSpan.FromSeconds(1) || TokenLifetime > TimeSpan.FromDays(1)
            || TokenLifetime.Ticks % TimeSpan.TicksPerSecond != 0)
            yield return $"The token lifetime must be 1 second to 24 hours in whole seconds, not {TokenLifetime}.";
        // A blank issuer or audience would make every issued token invalid.
        if (Issuer is not null && string.IsNullOrWhiteSpace(Issuer)) yield return "The issuer's name is empty. Name it, or leave it out.";
        if (Audience is not null && string.IsNullOrWhiteSpace(Audience)) yield return "The audience is empty. Name one, or leave it out.";
    }

    private const string HowToMakeOne = "make one with 'openssl rand -base64 32'.";

    // Null if it is not base64.
    private static int? KeyLength(string? key)
    {
        try
        {
            return Convert.FromBase64String(key ?? "").Length;
        }
        catch (FormatException)
        {
            return null;
        }
    }

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
