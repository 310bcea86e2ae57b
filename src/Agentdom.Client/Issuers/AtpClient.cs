using System.Net.Http.Headers;
using System.Text;

namespace Agentdom.Client;

/// <summary>
/// The agent's side of the protocol: discover, ask for a token, verify and revoke it (protocol.md §1 to §8). One client
/// serves any number of hosts and threads and keeps manifests, connections and clock offsets for its life.
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

    /// <summary>Makes a client on this machine's clock.</summary>
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

    /// <summary>What a host says of itself.</summary>
    /// <param name="host">The host.</param>
    /// <param name="trustedEndpointHosts">Host names beside its own that its endpoints may lie on.</param>
    /// <param name="deadline">The time it may take.</param>
    /// <param name="fresh">Whether to ask the host even where its manifest is still kept.</param>
    /// <exception cref="AtpException">The manifest cannot be had, read or trusted.</exception>
    internal async Task<AgentdomManifest> GetManifestAsync(
        AtpHost host, IReadOnlyCollection<string> trustedEndpointHosts, Deadline deadline, bool fresh = false)
    {
        var manifest = fresh ? null : _manifests.Find(host);
        if (manifest is null)
        {
            deadline.Tell($"Asking {host.ManifestUri} what it takes.");
            var answer = await _http.SendAsync(
                () => new HttpRequestMessage(HttpMethod.Get, host.ManifestUri), MaxManifestBytes, deadline).ConfigureAwait(false);
            if (!answer.IsSuccess) throw IssuerRefusal.OfManifest(host, answer);
            manifest = AgentdomManifest.Read(host, answer.Body);
            _manifests.Keep(manifest, answer);
        }
        // Trust is the caller's, so it is looked at on every use and never kept with the manifest.
        foreach (var endpoint in new[] { manifest.TokenEndpoint, manifest.VerifyEndpoint, manifest.RevokeEndpoint })
            host.RequireEndpoint(endpoint, trustedEndpointHosts);
        return manifest;
    }

    /// <summary>The manifests that are kept from before and still count; asks nobody.</summary>
    internal IReadOnlyList<AgentdomManifest> KeptManifests() => _manifests.All();

    /// <summary>Asks for a token. Every attempt is stamped and signed anew.</summary>
    /// <exception cref="AtpException">The issuer refuses, cannot be reached, or answers nonsense.</exception>
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
            deadline.Tell($"The issuer's clock differs from this one by {seconds} s; signing again by its time.");
            answer = await _http.SendAsync(Attempt, MaxAnswerBytes, deadline).ConfigureAwait(false);
        }
        if (!answer.IsSuccess) throw IssuerRefusal.OfToken(endpoint, answer, [.. signatures, secret.Reveal()]);
        return GrantReader.Read(answer, request.Scopes, sent);
    }

    /// <summary>Asks the issuer whether a token is good.</summary>
    /// <exception cref="AtpException">The issuer cannot be reached, refuses the question, or answers nonsense.</exception>
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

    /// <summary>Revokes a token that was granted and cannot be kept, best effort, in a few seconds.</summary>
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
