namespace Agentdom.Client;

/// <summary>Reads the answer to a token request (protocol.md §4).</summary>
internal static class GrantReader
{
    private const long DefaultLifeSeconds = 3600;
    // Agent tokens are short-lived. The limit also keeps dates in range.
    private const double MaxLifeSeconds = 366 * 24 * 3600d;

    internal static TokenGrant Read(HttpAnswer answer, IReadOnlyList<string> asked, DateTimeOffset sent)
    {
        try
        {
            var json = StrictJson.ParseAnswer(answer.Body);
            var token = json.Text("token") ?? json.Text("access_token")
                ?? throw new JsonFormatException("it has no 'token'");
            if (token.Length == 0 || !token.All(static c => c is > ' ' and <= '~'))
                throw new JsonFormatException("its token cannot be sent in an HTTP header");
            var type = json.Text("token_type") ?? "Bearer";
            if (!type.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
                throw new JsonFormatException("its token is not a bearer token");
            var life = json.Number("expires_in") ?? DefaultLifeSeconds;
            if (life is < 1 or > MaxLifeSeconds) throw new JsonFormatException("its 'expires_in' is not a plausible number of seconds");
            return new TokenGrant
            {
                AccessToken = token,
                TokenType = "Bearer",
                ExpiresIn = (long)life,
                IssuedAt = sent,
                ScopesGranted = ScopeSet.Read(json, "scopes_granted") ?? asked,
            };
        }
        catch (JsonFormatException e)
        {
            throw IssuerRefusal.OfUnreadable(answer,
                $"{answer.Uri.Authority} accepted the request but its answer is invalid: {e.Message.TrimEnd('.')}. Nothing was stored.", e);
        }
    }

    /// <summary>The token in an answer that is invalid for other reasons, or null.</summary>
    internal static string? FindToken(HttpAnswer answer)
    {
        try
        {
            var json = StrictJson.ParseAnswer(answer.Body);
            return (json["token"] ?? json["access_token"]) is string { Length: > 0 } token ? token : null;
        }
        catch (JsonFormatException)
        {
            return null;
        }
    }
}
