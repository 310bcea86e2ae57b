using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Agentdom.AspNetCore;

/// <summary>Asks the issuer whether a token is still valid (RFC 7662), and keeps the answers for a few seconds.</summary>
internal sealed class Introspection
{
    // Each is about 300 bytes, so this is at most 3 MB.
    private const int MaxAnswers = 10_000;

    private readonly IssuerMetadata _metadata;
    private readonly Backchannel _backchannel;
    private readonly IssuerReach _reach;
    private readonly KeptAnswers<bool> _answers;
    private readonly InactiveTokens? _inactive;

    internal Introspection(
        AgentTokenOptions options, IssuerMetadata metadata, Backchannel backchannel, IssuerReach reach, TimeProvider time)
    {
        (_metadata, _backchannel, _reach) = (metadata, backchannel, reach);
        _inactive = options.WhenUnavailable == UnavailableIssuer.TrustSignature ? new InactiveTokens(time) : null;
        _answers = new KeptAnswers<bool>(AskAsync, time, MaxAnswers)
        {
            Lifetime = TimeSpan.FromSeconds(options.IntrospectionCacheSeconds),
        };
    }

    /// <summary>Whether the issuer says that a token is active. The answer says nothing about the times of the token.</summary>
    /// <exception cref="IssuerStateException">The issuer cannot be asked.</exception>
    internal ValueTask<bool> IsActiveAsync(string token, CancellationToken cancel) => _answers.FindAsync(Key(token), token, cancel);

    /// <summary>Whether the issuer may have called the token inactive before. It is remembered if the app trusts signatures.</summary>
    internal bool MayHaveBeenInactive(string token) => _inactive?.MayContain(Key(token)) != false;

    private async Task<bool> AskAsync(string token, CancellationToken cancel)
    {
        var endpoint = (await _metadata.GetAsync(cancel)).IntrospectionEndpoint;
        var isActive = await _reach.CallAsync(stop => AskAsync(endpoint, token, stop));
        if (isActive) _inactive?.Remove(Key(token));
        else _inactive?.Add(Key(token), new JsonWebToken(token).ValidTo);
        return isActive;
    }

    private async Task<bool> AskAsync(string? endpoint, string token, CancellationToken cancel)
    {
        if (endpoint is null)
        {
            throw new IssuerStateException(
                "The issuer's metadata names no introspection_endpoint. Without one, set Revocation to None and keep tokens short-lived.");
        }
        var answer = await _backchannel.IntrospectAsync(endpoint, token, cancel);
        return answer["active"] as bool? ?? throw new IssuerStateException(
            $"{Printable.Excerpt(endpoint)} does not answer as RFC 7662 says: there is no 'active'.");
    }

    // Of what is signed: another signature of the same text, which ES256 allows, is the same token. It was checked before.
    private static string Key(string token) =>
        Convert.ToBase64String(SHA256.HashData(Encoding.ASCII.GetBytes(token[..token.LastIndexOf('.')])));
}
