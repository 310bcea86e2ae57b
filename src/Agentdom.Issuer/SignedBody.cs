namespace Agentdom.Issuer;

/// <summary>The body of a token request and its signature. Verify the signature before reading the fields.</summary>
internal sealed class SignedBody
{
    /// <summary>
    /// How many values a body may have, counting each member and each item of a list: 64 scopes, six members, and some that the
    /// issuer does not know. So what an unsigned body can cost is bounded (protocol.md §4).
    /// </summary>
    internal const int MaxValues = 128;

    private static readonly string s_scopeCount = $"'scopes' must name 1 to {ScopeSet.MaxCount} scopes.";

    private readonly JsonObject _json;
    private readonly byte[]? _signature;
    private byte[]? _canonicalBody;

    private SignedBody(JsonObject json, string signature)
    {
        _json = json;
        Signature = signature;
        // Decoded, because hex digits of either case are the same signature.
        _signature = Hex.Decode(signature, Hmac.Size);
    }

    /// <summary>The signature as it was sent, which may be no hex text at all.</summary>
    internal string Signature { get; }

    /// <summary>
    /// The agent id, or null if it is not a valid one. Anybody can claim any id, so before the signature is verified it serves to find
    /// secrets and for nothing else.
    /// </summary>
    internal string? ClaimedAgentId => _json["agent_id"] is string id && AgentIdRule.IsValid(id) ? id : null;

    /// <summary>What was signed: the canonical form of all other members, in UTF-8.</summary>
    internal byte[] CanonicalBody => _canonicalBody ??= AtpSigner.CanonicalBytes(_json, plain: null);

    /// <exception cref="JsonFormatException">The body is not a JSON object with a signature, or has too many values.</exception>
    internal static SignedBody Parse(byte[] utf8Json)
    {
        var json = StrictJson.ParseObject(utf8Json, MaxValues);
        return new SignedBody(json, json.Text(AtpSigner.SignatureMember) ?? throw Missing(AtpSigner.SignatureMember));
    }

    // A signature that is no hex text is refused before the canonical form is made, which is expensive.
    internal bool IsSignedWith(SharedSecret secret) => _signature is not null && AtpSigner.Verify(CanonicalBody, _signature, secret);

    /// <exception cref="JsonFormatException">A field is missing, has a wrong type, or is out of range (protocol.md §4).</exception>
    internal SignedRequest ReadRequest() => new()
    {
        Signature = _signature ?? throw Missing(AtpSigner.SignatureMember),
        AgentId = ReadAgentId(),
        Purpose = ReadPurpose(),
        Scopes = ReadScopes(),
        Timestamp = ReadTimestamp(),
        Audience = _json.Text("aud"),
    };

    /// <summary>What is wrong with the <c>scopes</c> of a request, or null. There may be none.</summary>
    internal static string? ScopesProblem(IReadOnlyList<string> scopes)
    {
        if (scopes.Count > ScopeSet.MaxCount) return s_scopeCount;
        if (!scopes.All(ScopeSet.IsScope)) return "'scopes' contains something that is not a scope-token of 1 to 128 characters.";
        return scopes.Distinct(StringComparer.Ordinal).Count() == scopes.Count ? null : "'scopes' names one scope twice.";
    }

    private string ReadAgentId()
    {
        var agentId = _json.Text("agent_id") ?? throw Missing("agent_id");
        return UnicodeText.Length(agentId) is > 0 and <= AgentIdRule.MaxLength
            ? agentId
            : throw new JsonFormatException($"'agent_id' must have 1 to {AgentIdRule.MaxLength} characters.");
    }

    private string ReadPurpose()
    {
        var purpose = _json.Text("purpose") ?? throw Missing("purpose");
        return UnicodeText.Length(purpose) <= TokenRequest.MaxPurposeLength
            ? purpose
            : throw new JsonFormatException($"'purpose' must have at most {TokenRequest.MaxPurposeLength} characters.");
    }

    private IReadOnlyList<string> ReadScopes()
    {
        var scopes = _json.Texts("scopes") ?? throw Missing("scopes");
        if (scopes.Count == 0) throw new JsonFormatException(s_scopeCount);
        if (ScopesProblem(scopes) is { } problem) throw new JsonFormatException(problem);
        return scopes;
    }

    private DateTimeOffset ReadTimestamp()
    {
        var timestamp = _json.Integer("timestamp") ?? throw Missing("timestamp");
        return timestamp is >= 0 and <= UnixTime.MaxMilliseconds
            ? DateTimeOffset.FromUnixTimeMilliseconds(timestamp)
            : throw new JsonFormatException("'timestamp' must be milliseconds since the Unix epoch.");
    }

    private static JsonFormatException Missing(string name) => new($"'{name}' is missing.");
}
