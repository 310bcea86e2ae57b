using System.Net.Http.Headers;
using System.Text;

namespace Agentdom.Client;

/// <summary>
/// The agent's side of the protocol: discovery, requesting, verifying and revoking tokens (protocol.md §1 to §8). A client is
/// thread-safe and serves any number of hosts. It caches manifests, connections and clock offsets until it is disposed.
/// </summary>
public sealed class AtpClient : IDisposable
{
    private const int MaxManifestBytes = 64 * 1024;
    private const int MaxAnswerBytes = 64 * 1024;

    private static readonly TimeSpan s_lastWish = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time;
    private readonly HttpExchange _http;
    private readonly IssuerClock _clock;
    private readonly ManifestCache _manifests;

    /// <summary>Creates a client that uses the system clock.</summary>
    public AtpClient() : this(TimeProvider.System)
    {
    }

    internal AtpClient(TimeProvider time)
    {
        _time = time;
        _http = new HttpExchange(time);
        _clock = new IssuerClock(time);
        _manifests = new ManifestCache(time);
    }

    /// <summary>A host's manifest.</summary>
    /// <param name="host">The host.</param>
    /// <param name="trustedEndpointHosts">Additional host names on which its endpoints may be.</param>
    /// <param name="deadline">The time it may take.</param>
    /// <param name="fresh">Whether to ask the host even if its manifest is in the cache.</param>
    /// <exception cref="AtpException">The manifest cannot be fetched, read or trusted.</exception>
    internal async Task<AgentdomManifest> GetManifestAsync(
        AtpHost host, IReadOnlyCollection<string> trustedEndpointHosts, Deadline deadline, bool fresh = false)
    {
        var manifest = fresh ? null : _manifests.Find(host);
        if (manifest is null)
        {
            deadline.Tell($"Asking {host.ManifestUri} for the manifest.");
            var answer = await _http.SendAsync(
                () => new HttpRequestMessage(HttpMethod.Get, host.ManifestUri), MaxManifestBytes, deadline).ConfigureAwait(false);
            if (!answer.IsSuccess) throw IssuerRefusal.OfManifest(host, answer);
            manifest = ManifestReader.Read(host, answer.Body);
            _manifests.Keep(manifest, answer);
        }
        // Callers trust different hosts, so this is checked on every use and not cached with the manifest.
        foreach (var endpoint in new[] { manifest.TokenEndpoint, manifest.VerifyEndpoint, manifest.RevokeEndpoint })
            host.RequireEndpoint(endpoint, trustedEndpointHosts);
        return manifest;
    }

    /// <summary>The cached manifests that have not expired. No host is asked.</summary>
    internal IReadOnlyList<AgentdomManifest> KeptManifests() => _manifests.All();

    /// <summary>Requests a token. Every attempt has a new timestamp and signature.</summary>
    /// <exception cref="AtpException">The issuer refuses, cannot be reached, or its answer is invalid.</exception>
    internal async Task<TokenGrant> RequestTokenAsync(
        AgentdomManifest manifest, TokenRequest request, SharedSecret secret, Deadline deadline)
    {
        var endpoint = manifest.TokenEndpoint;
        DateTimeOffset sent = default;
        var signatures = new List<string>();
        HttpRequestMessage Attempt()
        {
            sent = _time.GetUtcNow();
            var (body, signature) = SignedBody(manifest, request, secret);
            signatures.Add(signature);
            return Post(endpoint, body);
        }

        deadline.Tell($"Asking {endpoint} for {string.Join(" ", request.Scopes)}.");
        var answer = await _http.SendAsync(Attempt, MaxAnswerBytes, deadline).ConfigureAwait(false);
        if (IsStale(answer, out var issuerTime))
        {
            _clock.Correct(endpoint, issuerTime);
            var seconds = (issuerTime - sent.ToUnixTimeMilliseconds()) / 1000;
            deadline.Tell($"The issuer's clock differs from this one by {seconds} s; signing again with its time.");
            answer = await _http.SendAsync(Attempt, MaxAnswerBytes, deadline).ConfigureAwait(false);
        }
        if (!answer.IsSuccess) throw IssuerRefusal.OfToken(endpoint, answer, [.. signatures, secret.Reveal()]);
        return GrantReader.Read(answer, request.Scopes, sent);
    }

    /// <summary>Asks the issuer whether a token is valid.</summary>
    /// <exception cref="AtpException">The issuer cannot be reached, refuses, or its answer is invalid.</exception>
    internal async Task<TokenVerdict> VerifyAsync(Uri verifyEndpoint, string token, Deadline deadline)
    {
        deadline.Tell($"Asking {verifyEndpoint} about the token.");
        var answer = await SendTokenAsync(verifyEndpoint, token, deadline).ConfigureAwait(false);
        return VerdictReader.Read(answer);
    }

    /// <summary>Revokes a token. A token that the issuer does not know counts as revoked (RFC 7009 §2.2).</summary>
    /// <exception cref="AtpException">The issuer cannot be reached, refuses, or does not confirm.</exception>
    internal async Task RevokeAsync(Uri revokeEndpoint, string token, Deadline deadline)
    {
        deadline.Tell($"Telling {revokeEndpoint} to revoke the token.");
        var answer = await SendTokenAsync(revokeEndpoint, token, deadline).ConfigureAwait(false);
        VerdictReader.RequireRevoked(answer);
    }

    /// <summary>Revokes a token that was granted but could not be stored. Best effort, within a few seconds.</summary>
    /// <returns>Whether the issuer confirmed.</returns>
    internal bool TryRevoke(Uri revokeEndpoint, string token)
    {
        using var deadline = new Deadline(s_lastWish);
        try
        {
            Task.Run(() => RevokeAsync(revokeEndpoint, token, deadline)).GetAwaiter().GetResult();
            return true;
        }
        catch (AtpException)
        {
            return false;
        }
    }

    /// <summary>Closes the connections.</summary>
    public void Dispose() => _http.Dispose();

    private async Task<HttpAnswer> SendTokenAsync(Uri endpoint, string token, Deadline deadline)
    {
        AtpHost.RequireSecure(endpoint);
        var body = CanonicalJson.FromValue(new Dictionary<string, object?> { ["token"] = token });
        var answer = await _http.SendAsync(() => Post(endpoint, body), MaxAnswerBytes, deadline).ConfigureAwait(false);
        return answer.IsSuccess ? answer : throw IssuerRefusal.OfToken(endpoint, answer, token);
    }

    private (string Body, string Signature) SignedBody(AgentdomManifest manifest, TokenRequest request, SharedSecret secret)
    {
        var body = new Dictionary<string, object?>
        {
            ["agent_id"] = request.AgentId,
            ["purpose"] = request.Purpose,
            ["scopes"] = request.Scopes,
            ["timestamp"] = _clock.NextTimestamp(manifest.TokenEndpoint),
        };
        if (manifest.Audience is not null) body["aud"] = manifest.Audience;
        var signature = AtpSigner.Sign(AtpSigner.CanonicalBody(body), secret);
        body[AtpSigner.SignatureMember] = signature;
        return (CanonicalJson.FromValue(body), signature);
    }

    private static HttpRequestMessage Post(Uri endpoint, string json) => new(HttpMethod.Post, endpoint)
    {
        Content = new ByteArrayContent(Encoding.UTF8.GetBytes(json))
        {
            Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
        },
    };

    private static bool IsStale(HttpAnswer answer, out long issuerTime)
    {
        issuerTime = 0;
        if (answer.Status != 401) return false;
        var (code, _, serverTime) = answer.Error();
        if (code != "stale_timestamp" || (serverTime ?? answer.Date?.ToUnixTimeMilliseconds()) is not { } time) return false;
        issuerTime = time;
        return true;
    }
}
