using System.Net;

namespace Agentdom.Client;

/// <summary>
/// The agent's side of the protocol: discovery, requesting, verifying and revoking tokens (protocol.md §1 to §8). A client is
/// thread-safe and serves any number of hosts. It caches manifests, connections and clock offsets until it is disposed.
/// </summary>
public sealed class AtpClient : IDisposable
{
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

    /// <summary>
    /// Creates a client that sends all its requests through a handler, for example that of a test server: an app's tests then request
    /// real tokens without a network.
    /// </summary>
    /// <param name="handler">The handler. It must not follow redirects, so that no signed request gets to another host. It is disposed
    /// with the client.</param>
    /// <exception cref="ArgumentException">The handler follows redirects.</exception>
    public AtpClient(HttpMessageHandler handler)
        : this(TimeProvider.System, new HttpExchange(TimeProvider.System, handler))
    {
    }

    /// <summary>Creates a client that uses a proxy in place of this machine's.</summary>
    internal AtpClient(IWebProxy proxy) : this(TimeProvider.System, proxy)
    {
    }

    internal AtpClient(TimeProvider time, IWebProxy? proxy = null) : this(time, new HttpExchange(time, proxy))
    {
    }

    internal AtpClient(TimeProvider time, HttpExchange http)
    {
        _time = time;
        _http = http;
        _clock = new IssuerClock(time);
        _manifests = new ManifestCache(time);
    }

    /// <summary>A host's manifest.</summary>
    /// <param name="host">The host.</param>
    /// <param name="trustedEndpointHosts">Additional host names on which its endpoints may be, and of which its audience may be.</param>
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
                () => new HttpRequestMessage(HttpMethod.Get, host.ManifestUri), ManifestFields.MaxBytes, deadline).ConfigureAwait(false);
            if (!answer.IsSuccess) throw IssuerRefusal.OfManifest(host, answer);
            manifest = ManifestReader.Read(host, answer.Body);
            _manifests.Keep(manifest, answer);
        }
        // Callers trust different hosts, so this is checked on every use and not cached with the manifest.
        Uri[] named = [manifest.TokenEndpoint, manifest.VerifyEndpoint, manifest.RevokeEndpoint];
        foreach (var endpoint in named) host.RequireEndpoint(endpoint, trustedEndpointHosts);
        if (manifest.Audience is { } audience) host.RequireAudience(audience, trustedEndpointHosts);
        return manifest;
    }

    /// <summary>The cached manifests that have not expired. No host is asked.</summary>
    internal IReadOnlyList<AgentdomManifest> KeptManifests() => _manifests.All();

    /// <summary>Requests a token. Every attempt has a new timestamp and signature.</summary>
    /// <exception cref="AtpException">The issuer refuses, cannot be reached, or its answer is invalid.</exception>
    internal async Task<TokenGrant> RequestTokenAsync(
        AgentdomManifest manifest, TokenRequest request, SharedSecret secret, Deadline deadline)
    {
        deadline.Tell($"Asking {manifest.TokenEndpoint} for {string.Join(" ", request.Scopes)}.");
        var exchange = new TokenExchange(_http, _clock, _time, manifest, request, secret);
        var answer = await exchange.RunAsync(MaxAnswerBytes, deadline).ConfigureAwait(false);
        try
        {
            return GrantReader.Read(answer, request.Scopes, exchange.Sent);
        }
        catch (AtpException e) when (GrantReader.FindToken(answer) is { } token)
        {
            var fate = await TryRevokeAsync(manifest.RevokeEndpoint, token).ConfigureAwait(false)
                ? "Its token was revoked."
                : "Its token could not be revoked, so it may be valid until it expires.";
            throw e.WithAdvice($"{fate} {e.Advice}");
        }
    }

    /// <summary>Asks the issuer whether a token is valid.</summary>
    /// <param name="verifyEndpoint">The endpoint.</param>
    /// <param name="token">The token.</param>
    /// <param name="deadline">The time it may take.</param>
    /// <param name="namedBy">The host whose manifest names the endpoint, for messages, or null if the caller knows it.</param>
    /// <exception cref="AtpException">The issuer cannot be reached, refuses, or its answer is invalid.</exception>
    internal async Task<TokenVerdict> VerifyAsync(Uri verifyEndpoint, string token, Deadline deadline, AtpHost? namedBy = null)
    {
        deadline.Tell($"Asking {verifyEndpoint} about the token.");
        var answer = await SendTokenAsync(verifyEndpoint, token, deadline, namedBy).ConfigureAwait(false);
        return VerdictReader.Read(answer);
    }

    /// <summary>Revokes a token. A token that the issuer does not know counts as revoked (RFC 7009 §2.2).</summary>
    /// <param name="revokeEndpoint">The endpoint.</param>
    /// <param name="token">The token.</param>
    /// <param name="deadline">The time it may take.</param>
    /// <param name="namedBy">The host whose manifest names the endpoint, for messages, or null if the caller knows it.</param>
    /// <exception cref="AtpException">The issuer cannot be reached, refuses, or does not confirm.</exception>
    internal async Task RevokeAsync(Uri revokeEndpoint, string token, Deadline deadline, AtpHost? namedBy = null)
    {
        deadline.Tell($"Telling {revokeEndpoint} to revoke the token.");
        var answer = await SendTokenAsync(revokeEndpoint, token, deadline, namedBy).ConfigureAwait(false);
        VerdictReader.RequireRevoked(answer);
    }

    /// <summary>Revokes a token that was granted but is not kept. Best effort, within a few seconds.</summary>
    /// <returns>Whether the issuer confirmed.</returns>
    internal bool TryRevoke(Uri revokeEndpoint, string token) =>
        Task.Run(() => TryRevokeAsync(revokeEndpoint, token)).GetAwaiter().GetResult();

    /// <inheritdoc cref="TryRevoke"/>
    internal async Task<bool> TryRevokeAsync(Uri revokeEndpoint, string token)
    {
        using var deadline = new Deadline(s_lastWish);
        try
        {
            await RevokeAsync(revokeEndpoint, token, deadline).ConfigureAwait(false);
            return true;
        }
        catch (AtpException)
        {
            return false;
        }
    }

    /// <summary>Closes the connections.</summary>
    public void Dispose() => _http.Dispose();

    private async Task<HttpAnswer> SendTokenAsync(Uri endpoint, string token, Deadline deadline, AtpHost? namedBy)
    {
        AtpHost.RequireSecure(endpoint);
        var body = CanonicalJson.FromValue(new Dictionary<string, object?> { ["token"] = token });
        var answer = await _http.SendAsync(() => HttpExchange.Post(endpoint, body), MaxAnswerBytes, deadline, namedBy)
            .ConfigureAwait(false);
        return answer.IsSuccess ? answer : throw IssuerRefusal.OfToken(endpoint, answer, token);
    }
}
