using System.Collections.Specialized;
using System.Collections;
using Agentdom.Formats;

namespace Agentdom;

/// <summary>The content of a token. Unless <see cref="Verified"/> is true, anyone could have written it.</summary>
public sealed class AtpTokenClaims : IFormattable
{
    internal AtpTokenClaims(TokenInspector token)
    {
        Verified = token.IsVerified;
        Algorithm = Text(token.Algorithm);
        Type = Text(token.Type);
        KeyId = Text(token.KeyId);
        var claims = token.Claims;
        Issuer = Text(claims["iss"]);
        AgentId = Text(claims["sub"]);
        Audience = Text(claims["aud"]);
        TokenId = Text(claims["jti"]);
        Purpose = Text(claims[AgentTokenClaims.Purpose]);
        Scopes = Text(claims[AgentTokenClaims.Scope])?.Split([' '], StringSplitOptions.RemoveEmptyEntries) ?? [];
        IssuedAt = Time(claims["iat"]);
        NotBefore = Time(claims["nbf"]);
        ExpiresAt = Time(claims["exp"]);
        Claims = ToDictionary(claims);
    }

    /// <summary>Whether the signature, the type and the times were verified with a secret.</summary>
    public bool Verified { get; }

    /// <summary>The <c>alg</c> header.</summary>
    public string? Algorithm { get; }

    /// <summary>The <c>typ</c> header.</summary>
    public string? Type { get; }

    /// <summary>The <c>kid</c> header.</summary>
    public string? KeyId { get; }

    /// <summary>The <c>iss</c> claim.</summary>
    public string? Issuer { get; }

    /// <summary>The <c>sub</c> claim.</summary>
    public string? AgentId { get; }

    /// <summary>The <c>aud</c> claim, or null if it is not a single string.</summary>
    public string? Audience { get; }

    /// <summary>The <c>jti</c> claim.</summary>
    public string? TokenId { get; }

    /// <summary>The <c>purpose</c> claim.</summary>
    public string? Purpose { get; }

    /// <summary>The scopes in the <c>scope</c> claim.</summary>
    public string[] Scopes { get; }

    /// <summary>The <c>iat</c> claim (UTC).</summary>
    public DateTimeOffset? IssuedAt { get; }

    /// <summary>The <c>nbf</c> claim (UTC).</summary>
    public DateTimeOffset? NotBefore { get; }

    /// <summary>The <c>exp</c> claim (UTC).</summary>
    public DateTimeOffset? ExpiresAt { get; }

    /// <summary>All claims. Control characters in them are replaced with spaces.</summary>
    public IDictionary Claims { get; }

    // Anyone may have written the token, and control characters would reach the terminal.
    private static string? Text(object? claim) => claim is string text ? Printable.Line(text) : null;

    private static DateTimeOffset? Time(object? claim) =>
        claim is double seconds and >= 0 and < 2e11 ? DateTimeOffset.FromUnixTimeMilliseconds((long)(seconds * 1000)) : null;

    private static OrderedDictionary ToDictionary(JsonObject json)
    {
        var result = new OrderedDictionary(StringComparer.Ordinal);
        foreach (var member in json) result.Add(member.Key, Plain(member.Value));
        return result;
    }

    private static object? Plain(object? value) => value switch
    {
        string text => Printable.Line(text),
        JsonObject nested => ToDictionary(nested),
        List<object?> list => list.ConvertAll(Plain).ToArray(),
        double number when number == Math.Floor(number) && Math.Abs(number) < 1e15 => (long)number,
        _ => value,
    };

    string IFormattable.ToString(string? format, IFormatProvider? formatProvider) => format switch
    {
        nameof(Verified) => ViewText.Caution(Verified),
        "TimeLeft" => ViewText.Left(ExpiresAt),
        nameof(IssuedAt) => ViewText.Moment(IssuedAt),
        nameof(NotBefore) => ViewText.Moment(NotBefore),
        nameof(ExpiresAt) => ViewText.Moment(ExpiresAt),
        _ => ToString()!,
    };
}
