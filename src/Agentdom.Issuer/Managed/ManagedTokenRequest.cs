namespace Agentdom.Issuer;

/// <summary>A request for a managed token. Every member may be missing or null.</summary>
/// <param name="Scopes">The scopes; empty for the agent's default scopes.</param>
/// <param name="Lifetime">The requested lifetime, or null for the longest.</param>
/// <param name="Label">What the agent calls itself, or null. Nothing proves it.</param>
internal sealed record ManagedTokenRequest(IReadOnlyList<string> Scopes, TimeSpan? Lifetime, string? Label)
{
    private const string ScopesName = "scopes";
    private const string LifetimeName = "ttl_seconds";
    private const string LabelName = "agent_id";

    /// <param name="body">The body; empty if there is none.</param>
    /// <exception cref="JsonFormatException">The body cannot be read, or a member is out of range.</exception>
    internal static ManagedTokenRequest Parse(byte[] body)
    {
        if (body.Length == 0) return new ManagedTokenRequest([], null, null);
        var json = StrictJson.ParseObject(body, SignedBody.MaxValues);
        var scopes = json[ScopesName] is null ? [] : json.Texts(ScopesName)!;
        if (SignedBody.ScopesProblem(scopes) is { } problem) throw new JsonFormatException(problem);
        var label = json[LabelName] is null ? null : json.Text(LabelName)!;
        if (label is not null && UnicodeText.Length(label) > AgentIdRule.MaxLength)
            throw new JsonFormatException($"'{LabelName}' must have at most {AgentIdRule.MaxLength} characters.");
        return new ManagedTokenRequest(scopes, ReadLifetime(json), label);
    }

    private static TimeSpan? ReadLifetime(JsonObject json)
    {
        if (json[LifetimeName] is null) return null;
        var seconds = json.Integer(LifetimeName)!.Value;
        if (seconds < 1) throw new JsonFormatException($"'{LifetimeName}' must be 1 or more.");
        // Above what an issuer can allow, the number does not matter.
        return TimeSpan.FromSeconds(Math.Min(seconds, int.MaxValue));
    }
}
