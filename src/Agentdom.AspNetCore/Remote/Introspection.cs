using System.Text.Json;

namespace Agentdom.AspNetCore;

/// <summary>Asks the issuer whether a token is still valid (RFC 7662), and keeps the answers for a few seconds.</summary>
internal sealed class Introspection
{
    // The tokens themselves are the keys, so this is at most 20 MB.
    private const int MaxAnswers = 10_000;

    private readonly IssuerMetadata _metadata;
    private readonly Backchannel _backchannel;
    private readonly IssuerReach _reach;
    private readonly KeptAnswers<bool> _answers;

    internal Introspection(
        AgentTokenOptions options, IssuerMetadata metadata, Backchannel backchannel, IssuerReach reach, TimeProvider time)
    {
        (_metadata, _backchannel, _reach) = (metadata, backchannel, reach);
        _answers = new KeptAnswers<bool>(AskAsync, time, MaxAnswers)
        {
            Lifetime = TimeSpan.FromSeconds(options.IntrospectionCacheSeconds),
        };
    }

    /// <summary>Whether the issuer says that a token is active. The answer says nothing about the times of the token.</summary>
    /// <exception cref="IssuerStateException">The issuer cannot be asked.</exception>
    internal ValueTask<bool> IsActiveAsync(string token, CancellationToken cancel) => _answers.FindAsync(token, cancel);

    private async Task<bool> AskAsync(string token, CancellationToken cancel)
    {
        var endpoint = (await _metadata.GetAsync(cancel)).IntrospectionEndpoint ?? throw new IssuerStateException(
            "The issuer's metadata names no introspection_endpoint. Without one, set Revocation to None and keep tokens short-lived.");
        var form = new Dictionary<string, string> { ["token"] = token, ["token_type_hint"] = "access_token" };
        return IsActive(await _reach.CallAsync(stop => _backchannel.PostAsync(endpoint, form, stop)), endpoint);
    }

    private static bool IsActive(string answer, string endpoint)
    {
        try
        {
            using var json = JsonDocument.Parse(answer);
            return json.RootElement.GetProperty("active").GetBoolean();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new IssuerStateException($"{endpoint} does not answer as RFC 7662 says: there is no 'active'.");
        }
    }
}
