using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Caching.Memory;

namespace Agentdom.AspNetCore;

/// <summary>Asks the issuer whether a token is still valid (RFC 7662), and keeps the answers for a few seconds.</summary>
internal sealed class Introspection(
    AgentTokenOptions options, IssuerMetadata metadata, Backchannel backchannel, IssuerReach reach, TimeProvider time) : IDisposable
{
    /// <summary>How many answers are kept. If there are more, the issuer is asked about the others each time.</summary>
    internal const int Capacity = 100_000;

    private readonly MemoryCache _answers = new(new MemoryCacheOptions { SizeLimit = Capacity });
    private readonly ConcurrentDictionary<string, Lazy<Task<bool>>> _asking = new(StringComparer.Ordinal);

    /// <param name="token">The token, whose signature was checked.</param>
    /// <param name="text">The token as it was presented.</param>
    /// <param name="cancel">Cancels the wait.</param>
    /// <exception cref="IssuerStateException">The issuer cannot be asked.</exception>
    internal async ValueTask<bool> IsActiveAsync(AgentToken token, string text, CancellationToken cancel)
    {
        if (_answers.TryGetValue(token.TokenId, out bool active)) return active;
        // Simultaneous requests with the same token share one question, which none of them can cancel.
        var asking = _asking.GetOrAdd(token.TokenId, id => new Lazy<Task<bool>>(() => AskOnceAsync(id, text, token.ExpiresAt)));
        return await asking.Value.WaitAsync(cancel);
    }

    public void Dispose() => _answers.Dispose();

    private async Task<bool> AskOnceAsync(string tokenId, string text, DateTimeOffset expiresAt)
    {
        try
        {
            var active = await AskAsync(text);
            Keep(tokenId, active, expiresAt);
            return active;
        }
        finally
        {
            _asking.TryRemove(tokenId, out _);
        }
    }

    private async Task<bool> AskAsync(string text)
    {
        var endpoint = (await metadata.GetAsync(CancellationToken.None)).IntrospectionEndpoint
            ?? throw new IssuerStateException(
                "The issuer's metadata names no introspection_endpoint. Without one, set Revocation to None and keep tokens short-lived.");
        var form = new Dictionary<string, string> { ["token"] = text, ["token_type_hint"] = "access_token" };
        return Active(await reach.CallAsync(cancel => backchannel.PostAsync(endpoint, form, cancel)), endpoint);
    }

    private static bool Active(string answer, string endpoint)
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

    private void Keep(string tokenId, bool active, DateTimeOffset expiresAt)
    {
        var now = time.GetUtcNow();
        var seconds = Math.Min(options.IntrospectionCacheSeconds, (expiresAt - now).TotalSeconds);
        if (seconds <= 0) return;
        using var entry = _answers.CreateEntry(tokenId);
        entry.Value = active;
        entry.Size = 1;
        entry.AbsoluteExpirationRelativeToNow = TimeSpan.FromSeconds(seconds);
    }
}
