namespace Agentdom.Client;

/// <summary>
/// One request for a token, with the answers that call for another attempt: a stale timestamp once, after taking over the issuer's
/// clock, and a used signature three times (protocol.md §5). Every attempt has a new timestamp and signature.
/// </summary>
internal sealed class TokenExchange(
    HttpExchange http, IssuerClock clock, TimeProvider time, AgentdomManifest manifest, TokenRequest request, SharedSecret secret)
{
    private const int MostStampsAnew = 3;

    private readonly List<string> _signatures = [];
    private long _timestamp;
    private bool _isUsed;

    /// <summary>When the last attempt was sent (UTC, this machine's clock).</summary>
    internal DateTimeOffset Sent { get; private set; }

    /// <summary>The issuer's successful answer.</summary>
    /// <exception cref="AtpException">The issuer refuses or cannot be reached.</exception>
    internal async Task<HttpAnswer> RunAsync(int maxBytes, Deadline deadline)
    {
        var endpoint = manifest.TokenEndpoint;
        var isCorrected = false;
        for (var stampsAnew = 0; ;)
        {
            var answer = await http.SendAsync(Attempt, maxBytes, deadline, manifest.NamedBy).ConfigureAwait(false);
            if (answer.IsSuccess) return answer;
            var code = answer.Status == 401 ? answer.Error().Code : "";
            if (code == "stale_timestamp" && !isCorrected && TimeOf(answer) is { } issuerTime)
            {
                isCorrected = true;
                var offset = clock.Correct(endpoint, issuerTime);
                deadline.Tell($"The issuer's clock is {TimeText.Span(offset.Duration())} {(offset < TimeSpan.Zero ? "behind" : "ahead")}; "
                    + "signing again with its time.");
            }
            else if (code == "replayed_request" && stampsAnew < MostStampsAnew)
            {
                // Another process of this agent had the same millisecond, or the answer to an earlier attempt was lost.
                stampsAnew++;
                _isUsed = true;
                deadline.Tell("The issuer has seen this timestamp from this agent before; signing again with a later one.");
            }
            else
            {
                throw IssuerRefusal.OfRequest(endpoint, answer, request.AgentId, [.. _signatures, secret.Reveal()]);
            }
        }
    }

    private HttpRequestMessage Attempt()
    {
        Sent = time.GetUtcNow();
        _timestamp = _isUsed ? clock.LaterTimestamp(manifest.TokenEndpoint, _timestamp) : clock.NextTimestamp(manifest.TokenEndpoint);
        _isUsed = false;
        return HttpExchange.Post(manifest.TokenEndpoint, SignedBody());
    }

    private string SignedBody()
    {
        var body = new Dictionary<string, object?>
        {
            ["agent_id"] = request.AgentId,
            ["purpose"] = request.Purpose,
            ["scopes"] = request.Scopes,
            ["timestamp"] = _timestamp,
        };
        if (manifest.Audience is not null) body["aud"] = manifest.Audience;
        var signature = AtpSigner.Sign(AtpSigner.CanonicalBody(body), secret);
        _signatures.Add(signature);
        body[AtpSigner.SignatureMember] = signature;
        return CanonicalJson.FromValue(body);
    }

    private static long? TimeOf(HttpAnswer answer) => answer.Error().ServerTime ?? answer.Date?.ToUnixTimeMilliseconds();
}
