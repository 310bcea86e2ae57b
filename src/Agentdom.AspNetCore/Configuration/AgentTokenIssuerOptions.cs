using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace Agentdom.AspNetCore;

/// <summary>What the app accepts and grants, and how it is seen from outside.</summary>
public sealed partial class AgentTokenIssuerOptions : TokenIssuerOptions
{
    private string? _unreadable;

    /// <summary>
    /// The origin that the manifest names in its endpoints, such as <c>https://api.example.com</c>. Null takes it from
    /// each request, which behind a proxy needs the forwarded headers middleware.
    /// </summary>
    public Uri? PublicOrigin { get; set; }

    /// <summary>How long clients may keep the manifest: 5 minutes by default, in whole seconds.</summary>
    public TimeSpan ManifestLifetime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How often may be asked.</summary>
    public AgentTokenIssuerLimits Limits { get; } = new();

    // What is thrown when options change reaches nobody, and would repeat the value, which may be a key.
    internal void Read(IConfiguration section)
    {
        try
        {
            section.Bind(this);
        }
        catch (InvalidOperationException e)
        {
            var key = KeyInBindingError().Match(e.Message).Groups[1].Value;
            _unreadable = $"The configuration's value of '{key}' cannot be read as what it should be.";
        }
    }

    internal List<string> AllProblems()
    {
        var problems = Problems().Concat(ManifestProblems()).Concat(Limits.Problems());
        if (_unreadable is not null) problems = problems.Prepend(_unreadable);
        return [.. problems.Select(static p => "Agent tokens: " + p)];
    }

    // Configuration turns any text into a Uri, if need be a relative one. The value is not repeated: it may hold a password.
    private IEnumerable<string> ManifestProblems()
    {
        if (PublicOrigin is { } origin && !(origin.IsAbsoluteUri && origin.Scheme is "https" or "http" && origin.UserInfo.Length == 0))
            yield return "The public origin is an http or https address without a user name, such as https://api.example.com.";
        if (ManifestLifetime < TimeSpan.Zero) yield return $"The manifest's lifetime is 0 seconds or more, not {ManifestLifetime}.";
    }

    [GeneratedRegex("at '([^']*)' to type", RegexOptions.RightToLeft)]
    private static partial Regex KeyInBindingError();
}
