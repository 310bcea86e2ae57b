using Agentdom.Core.Client;
using Agentdom.Core.Json;
using Agentdom.Core.Signing;

namespace Agentdom.Core.Issuing;

/// <summary>The body of a token request. Its fields are read only after its signature was found good.</summary>
internal sealed class SignedTokenRequest
{
    private readonly JsonObject _body;

    private SignedTokenRequest(JsonObject body, string signature, string canonicalBody)
    {
        _body = body;
        Signature = signature;
        CanonicalBody = canonicalBody;
    }

    internal string Signature { get; }

    internal string CanonicalBody { get; }

    internal string AgentId { get; private set; } = "";

    internal string Purpose { get; private set; } = "";

    internal IReadOnlyList<string> Scopes { get; private set; } = [];

    internal DateTimeOffset Timestamp { get; private set; }

    internal string? Audience { get; private set; }

    /// <exception cref="JsonFormatException">The body is no JSON object with a signature.</exception>
    internal static SignedTokenRequest Parse(byte[] utf8Json)
    {
        var body = StrictJson.ParseObject(utf8Json);
        var signature = body.Text(AtpSigner.SignatureMember) ?? throw Missing(AtpSigner.SignatureMember);
        return new SignedTokenRequest(body, signature, AtpSigner.CanonicalBody(body));
    }

    /// <exception cref="JsonFormatException">A field is missing, of a wrong type, or out of bounds (protocol.md §4).</exception>
    internal void ReadFields()
    {
        AgentId = _body.Text("agent_id") ?? throw Missing("agent_id");
        if (TokenRequest.CodePoints(AgentId) is 0 or > Identity.AgentId.MaxLength)
            throw new JsonFormatException($"'agent_id' must have 1 to {Identity.AgentId.MaxLength} characters.");
        Purpose = _body.Text("purpose") ?? throw Missing("purpose");
        if (TokenRequest.CodePoints(Purpose) > TokenRequest.MaxPurposeLength)
            throw new JsonFormatException($"'purpose' must have at most {TokenRequest.MaxPurposeLength} characters.");
        Scopes = _body.Texts("scopes") ?? throw Missing("scopes");
        if (Scopes.Count is 0 or > ScopeSet.MaxCount) throw new JsonFormatException($"'scopes' must name 1 to {ScopeSet.MaxCount} scopes.");
        if (!Scopes.All(ScopeSet.IsScope)) throw new JsonFormatException("'scopes' holds something that is no scope-token of 1 to 128 characters.");
        if (Scopes.Distinct(StringComparer.Ordinal).Count() != Scopes.Count) throw new JsonFormatException("'scopes' names one scope twice.");
        var timestamp = _body.Integer("timestamp") ?? throw Missing("timestamp");
        if (timestamp is < 0 or > UnixTime.MaxMilliseconds) throw new JsonFormatException("'timestamp' must be milliseconds since the Unix epoch.");
        Timestamp = DateTimeOffset.FromUnixTimeMilliseconds(timestamp);
        Audience = _body.Text("aud");
    }

    private static JsonFormatException Missing(string name) => new($"'{name}' is missing.");
}
