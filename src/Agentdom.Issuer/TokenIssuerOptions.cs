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

    /// <summary>
    /// The agents that the issuer knows, each with secrets and scopes of its own. If there are any, or the issuer has a directory of
    /// agents, others are refused unless <see cref="AllowUnregisteredAgents"/> is true.
    /// </summary>
    public IList<RegisteredAgent> Agents { get; } = [];

    /// <summary>
    /// Whether agents that are not registered may use the shared secrets. Null, the default, allows it only if the issuer knows no
    /// agents at all. Set it to false to keep them out also after the last registered agent was removed.
    /// </summary>
    public bool? AllowUnregisteredAgents { get; set; }

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
    /// The provider's own keys that sign tokens, newest first. Each is the base64 of at least 32 bytes (HS256) or, on .NET 8 and later,
    /// a private key in PEM that is not encrypted: EC on the curve P-256 (ES256), or RSA of at least 2,048 bits (RS256). New tokens are
    /// signed with the first, and tokens signed with any of them are valid. If the list is empty, the keys are derived from the
    /// secrets. Then everyone who has a secret can derive its key.
    /// </summary>
    public IList<string> SigningKeys { get; } = [];

    /// <summary>
    /// Whether tokens are also valid if they are signed with the keys that are derived from the secrets, although
    /// <see cref="SigningKeys"/> are set. It is for the time of one token lifetime after they were set for the first time, because
    /// otherwise all tokens would become invalid at that moment.
    /// </summary>
    public bool AcceptDerivedSigningKeys { get; set; }

    /// <summary>The <c>iss</c> claim that is in force.</summary>
    internal string Name => Issuer ?? Origin ?? DefaultName;

    /// <summary>Whether nobody has given this issuer a name.</summary>
    internal bool HasDefaultName => Issuer is null && Origin is null;

    /// <summary>The address under which agents know the issuer, or null if it is not known.</summary>
    internal virtual string? Origin => null;

    /// <summary>The problems of these options, each as a sentence with advice; empty if they are valid.</summary>
    public IEnumerable<string> Problems() => Problems(directory: null);

    /// <summary>Whether the issuer knows agents, so that others are refused by default.</summary>
    internal bool KnowsAgents(IAgentDirectory? directory) => directory is not null || Agents.Count > 0 || AllowUnregisteredAgents == false;

    /// <summary>Whether an agent of this issuer can have an API key.</summary>
    internal bool HasApiKeys(IAgentDirectory? directory) =>
        directory is not null || Agents.Any(static agent => agent.ApiKeyHashes.Count > 0);

    /// <summary>Whether the issuer knows agents, and accepts tokens that everyone who has a shared secret can sign.</summary>
    internal bool AgentsCanForgeTokens(IAgentDirectory? directory) =>
        KnowsAgents(directory) && Secrets.Count > 0 && (SigningKeys.Count == 0 || AcceptDerivedSigningKeys);

    internal IEnumerable<string> Problems(IAgentDirectory? directory)
    {
        if (Secrets.Count == 0 && (!KnowsAgents(directory) || AllowUnregisteredAgents == true))
            yield return $"There is no shared secret. Add one of at least {SharedSecret.MinimumBytes} bytes; {SecretRule.HowToMakeOne}";
        else if (Secrets.Count == 0 && SigningKeys.Count == 0)
            yield return $"There is no key that signs tokens. Add one to SigningKeys; {SigningKeyEntry.HowToMakeOne}";
        for (var i = 0; i < Secrets.Count; i++)
        {
            if (SecretRule.Problem(Secrets[i]) is { } problem) yield return $"Secret {i + 1} of {Secrets.Count} {problem}";
        }
        for (var i = 0; i < SigningKeys.Count; i++)
        {
            if (SigningKeyEntry.Read(SigningKeys[i]).Problem is { } problem)
                yield return $"Signing key {i + 1} of {SigningKeys.Count} {problem}";
        }
        if (Scopes.Count == 0) yield return "No scope is offered. Add at least one, such as \"data.read\".";
        foreach (var scope in Scopes)
        {
            if (!ScopeSet.IsScope(scope ?? ""))
                yield return $"'{scope}' is not a scope: 1 to {ScopeSet.MaxLength} printable ASCII characters "
                    + "without spaces, quotes and backslashes.";
        }
        foreach (var problem in AgentList.Problems(this)) yield return problem;
        if (!LifetimeRule.IsValid(TokenLifetime))
            yield return $"The token lifetime must be 1 second to 24 hours in whole seconds, not {TimeText.Exact(TokenLifetime)}.";
        // A blank issuer or audience would make every issued token invalid.
        if (Issuer is not null && string.IsNullOrWhiteSpace(Issuer)) yield return "The issuer's name is empty. Name it, or leave it out.";
        if (Audience is not null && string.IsNullOrWhiteSpace(Audience)) yield return "The audience is empty. Name one, or leave it out.";
    }
}
