using System.Globalization;

namespace Agentdom.Client;

/// <summary>Reads the answers to verify and revoke (protocol.md §7 and §8).</summary>
internal static class VerdictReader
{
    // In seconds this is the year 5138. Every plausible time in milliseconds is larger.
    private const double LargestSeconds = 1e11;

    internal static TokenVerdict Read(HttpAnswer answer) => Parse(answer, static json => new TokenVerdict
    {
        IsValid = json.Flag("valid") ?? throw new JsonFormatException("it has no 'valid'"),
        Scopes = ScopeSet.Read(json, "scopes") ?? [],
        ExpiresAt = ReadTime(json, "expires_at"),
        AgentId = json.Text("agent_id") is { } agent ? Printable.Line(agent) : null,
    });

    internal static void RequireRevoked(HttpAnswer answer)
    {
        // RFC 7009 lets an issuer answer a revocation with an empty body.
        if (answer.Body.Length == 0) return;
        var confirmed = Parse<bool?>(answer, static json => json.Flag("revoked"));
        if (confirmed == false)
            throw new AtpException(AtpError.IssuerFailed, $"{answer.Uri.Authority} did not revoke the token.",
                "Ask the provider; the token may stay valid until it expires.");
    }

    private static DateTimeOffset? ReadTime(JsonObject json, string name) => json.NumberOrNull(name) is { } number
        ? FromNumber(number)
        : json[name] switch
        {
            null => null,
            string text when DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) => time,
            _ => throw new JsonFormatException($"its '{name}' is not a time"),
        };

    private static DateTimeOffset FromNumber(double number)
    {
        var milliseconds = Math.Abs(number) < LargestSeconds ? number * 1000 : number;
        return milliseconds is >= 0 and <= UnixTime.MaxMilliseconds
            ? DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds)
            : throw new JsonFormatException("a time is out of range");
    }

    private static T Parse<T>(HttpAnswer answer, Func<JsonObject, T> read)
    {
        try
        {
            return read(StrictJson.ParseAnswer(answer.Body));
        }
        catch (JsonFormatException e)
        {
            throw IssuerRefusal.OfUnreadable(
                answer, $"The answer of {answer.Uri.Authority} cannot be read: {e.Message.TrimEnd('.')}.", e);
        }
    }
}
