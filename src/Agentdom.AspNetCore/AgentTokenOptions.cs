using Agentdom.Core.Issuing;

namespace Agentdom.AspNetCore;

/// <summary>What the app accepts and grants, and how it is seen from outside.</summary>
public sealed class AgentTokenOptions : TokenIssuerOptions
{
    /// <summary>
    /// The origin that the manifest names in its endpoints, such as <c>https://api.example.com</c>. Null takes it from
    /// each request, which behind a proxy needs the forwarded headers middleware.
    /// </summary>
    public Uri? PublicOrigin { get; set; }

    /// <summary>How long clients may keep the manifest: 5 minutes by default, in whole seconds.</summary>
    public TimeSpan ManifestLifetime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How often may be asked.</summary>
    public AgentTokenLimits Limits { get; } = new();

    internal List<string> AllProblems() => [.. Problems().Concat(Limits.Problems()).Select(static p => "Agent tokens: " + p)];
}
