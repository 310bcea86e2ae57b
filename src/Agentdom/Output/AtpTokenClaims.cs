using System.Collections;
using System.Collections.Specialized;

namespace Agentdom;

/// <summary>What stands in a token. Unless <see cref="Verified"/> is true, anybody could have written it.</summary>
public sealed class AtpTokenClaims
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

    /// <summary>Whether signature, type and times were checked against a secret and found good.</summary>
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

    /// <summary>The <c>aud</c> claim, where it is one text.</summary>
    public string? Audience { get; }

    /// <summary>The <c>jti</c> claim.</summary>
    public string? TokenId { get; }

    /// <summary>The <c>purpose</c> claim.</summary>
    public string? Purpose { get; }

    /// <summary>The <c>scope</c> claim, one entry each.</summary>
    public string[] Scopes { get; }

    /// <summary>The <c>iat</c> claim.</summary>
    public DateTimeOffset? IssuedAt { get; }

    /// <summary>The <c>nbf</c> claim.</summary>
    public DateTimeOffset? NotBefore { get; }

    /// <summary>The <c>exp</c> claim.</summary>
    public DateTimeOffset? ExpiresAt { get; }

    /// <summary>All claims, control characters in them as spaces.</summary>
    public IDictionary Claims { get; }

    // Anybody may have written the token, and a terminal obeys what it is shown.
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
}
