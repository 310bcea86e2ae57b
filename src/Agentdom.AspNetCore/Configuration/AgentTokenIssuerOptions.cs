using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace Agentdom.AspNetCore;

/// <summary>The options of an app's issuer.</summary>
public sealed partial class AgentTokenIssuerOptions : TokenIssuerOptions
{
    private const string RemovedSigningKey = "SigningKey";

    private const string AgentsKey = "Agents";
    private const int MaxProblems = 20;

    // The time of looking for unknown settings grows with the square of the number of agents. For these it is a second.
    private const int MaxCheckedAgents = 2000;

    private readonly List<string> _unreadable = [];

    /// <summary>
    /// The address at which agents reach the app, such as <c>https://api.example.com</c>, with a path if a proxy adds one:
    /// <c>https://example.com/api</c>. The endpoints in the manifest begin with it, and nothing of the request is used, so shared
    /// caches may store the manifest. If it is null, the request's scheme, host and path base are used, which needs the forwarded
    /// headers middleware behind a proxy, and only private caches may store the manifest. It is also the default of
    /// <see cref="TokenIssuerOptions.Issuer"/>, so <c>MapAgentTokenKeys</c> needs it.
    /// </summary>
    public Uri? PublicOrigin { get; set; }

    /// <summary>How long clients may cache the manifest, in whole seconds. The default is 5 minutes.</summary>
    public TimeSpan ManifestLifetime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>What the manifest says about the app besides the token endpoints.</summary>
    public AgentTokenManifestOptions Manifest { get; } = new();

    /// <summary>
    /// How long the answers of a directory of agents are kept, in seconds: 0 to 60. The default is 5. So long can it take until a
    /// change to an agent is in force. The agents in <see cref="TokenIssuerOptions.Agents"/> are not affected.
    /// </summary>
    public int DirectoryCacheSeconds { get; set; } = 5;

    /// <summary>The rate limits.</summary>
    public AgentTokenIssuerLimits Limits { get; } = new();

    internal override string? Origin => PublicOrigin?.GetLeftPart(UriPartial.Path).TrimEnd('/');

    /// <summary>What the addresses in a document with the keys begin with.</summary>
    internal string PublishedOrigin => Origin ?? Name.TrimEnd('/');

    // An exception during a reload would be lost, and its message would contain the value, which may be a key.
    internal void Read(IConfiguration section)
    {
        // Ignored, it would leave the tokens with keys that everyone with a secret can derive.
        if (section[RemovedSigningKey] is not null)
            _unreadable.Add($"The setting '{RemovedSigningKey}' is now the list 'SigningKeys'. Move its value to 'SigningKeys:0'.");
        // Binding would take it for a setting that is not there, which lets unregistered agents in.
        if (section[nameof(AllowUnregisteredAgents)] is "")
            _unreadable.Add($"'{nameof(AllowUnregisteredAgents)}' is empty. Write true or false, or leave it out.");
        try
        {
            new ConfigurationWithout(section, AgentsKey, nameof(Manifest)).Bind(this);
        }
        catch (InvalidOperationException e)
        {
            var key = KeyInBindingError().Match(e.Message).Groups[1].Value;
            _unreadable.Add($"The configuration's value of '{key}' does not have the expected type.");
        }
        _unreadable.AddRange(Manifest.Read(section.GetSection(nameof(Manifest))));
        var entries = section.GetSection(AgentsKey).GetChildren().ToList();
        foreach (var entry in entries)
        {
            var (agent, problem) = AgentEntry.Read(entry, checksNames: entries.Count <= MaxCheckedAgents);
            if (agent is not null) Agents.Add(agent);
            else _unreadable.Add(problem!);
        }
    }

    /// <param name="directory">The directory that the issuer also uses, or null.</param>
    /// <param name="publishesKeys">Whether the app publishes the keys, and so the issuer's name.</param>
    internal List<string> AllProblems(IAgentDirectory? directory, bool publishesKeys = false)
    {
        List<string> problems = [.. _unreadable, .. Problems(directory), .. ManifestProblems(), .. Limits.Problems()];
        // RFC 8414 §2.
        if (publishesKeys && !(IsIssuerAddress(Name) && IsIssuerAddress(PublishedOrigin)))
            problems.Add("MapAgentTokenKeys publishes the name of the issuer, the 'iss' of its tokens, as the address at which others look "
                + "for its keys. So it must be an https address without a query (http only for localhost). Set PublicOrigin, such as "
                + "https://api.example.com, and leave Issuer out or set it to such an address too.");
        if (DirectoryCacheSeconds is < 0 or > 60)
            problems.Add($"DirectoryCacheSeconds is 0 to 60, not {DirectoryCacheSeconds}.");
        var others = problems.Count - MaxProblems;
        if (others > 0) problems = [.. problems.Take(MaxProblems), $"There are {others} more problems."];
        return [.. problems.Select(static p => "Agent tokens: " + p)];
    }

    // Configuration accepts any text as a Uri, if only as a relative one. The value may contain a password, so it is not shown.
    private IEnumerable<string> ManifestProblems()
    {
        if (PublicOrigin is { } origin && !(origin.IsAbsoluteUri && origin.Scheme is "https" or "http" && origin.UserInfo.Length == 0))
            yield return "The public origin must be an http or https address without a user name, such as https://api.example.com.";
        if (ManifestLifetime < TimeSpan.Zero) yield return $"The manifest's lifetime must be 0 seconds or more, not {ManifestLifetime}.";
        foreach (var problem in Manifest.Problems()) yield return problem;
    }

    private static bool IsIssuerAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && AtpHost.IsIssuerName(uri);

    [GeneratedRegex("at '([^']*)' to type", RegexOptions.RightToLeft)]
    private static partial Regex KeyInBindingError();
}
