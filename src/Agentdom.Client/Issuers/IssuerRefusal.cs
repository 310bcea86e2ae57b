namespace Agentdom.Client;

/// <summary>Turns an issuer's refusal into an error with advice (protocol.md §5).</summary>
internal static class IssuerRefusal
{
    internal static AtpException OfManifest(AtpHost host, HttpAnswer answer) => answer switch
    {
        { IsTransient: true } => OfToken(answer.Uri, answer),
        { Status: 404 or 410 } => new AtpException(AtpError.ManifestMissing,
            $"{host} has no AgentDOM manifest: there is nothing at {answer.Uri.AbsolutePath}.",
            "Check the host's name, or set the token endpoint if you know it."),
        _ => new AtpException(AtpError.ManifestMissing,
            $"{host} has no readable manifest: it answers {answer.Status} at {answer.Uri.AbsolutePath}.",
            "Check the host's name, or ask the provider."),
    };

    /// <param name="endpoint">The endpoint.</param>
    /// <param name="answer">Its answer.</param>
    /// <param name="hidden">Secrets that a careless issuer might echo in its answer. They are removed.</param>
    internal static AtpException OfToken(Uri endpoint, HttpAnswer answer, params IEnumerable<string> hidden)
    {
        var (code, text, _) = answer.Error();
        var error = Classify(code, answer.Status);
        var said = Printable.Excerpt(text, hidden).TrimEnd('.');
        return new AtpException(error,
            $"{endpoint.Authority} refused with status {answer.Status}{(said.Length == 0 ? "" : $": {said}")}.",
            Advice(error, answer.RetryAfter))
        {
            RetryAfter = answer.RetryAfter,
        };
    }

    private static AtpError Classify(string code, int status) => code switch
    {
        "invalid_request" => AtpError.RequestRefused,
        "invalid_signature" => AtpError.SignatureRefused,
        "stale_timestamp" => AtpError.ClockSkewed,
        "replayed_request" => AtpError.RequestReplayed,
        "invalid_scope" => AtpError.ScopeDenied,
        "rate_limited" => AtpError.RateLimited,
        "temporarily_unavailable" => AtpError.IssuerUnavailable,
        _ => status switch
        {
            400 or 413 or 415 => AtpError.RequestRefused,
            401 => AtpError.SignatureRefused,
            403 => AtpError.ScopeDenied,
            429 => AtpError.RateLimited,
            502 or 503 or 504 => AtpError.IssuerUnavailable,
            _ => AtpError.IssuerFailed,
        },
    };

    private static string Advice(AtpError error, TimeSpan? retryAfter) => error switch
    {
        AtpError.RequestRefused => "Check the purpose, scopes and agent id; a newer version of Agentdom may be needed.",
        AtpError.SignatureRefused => "Check that the shared secret is the one the provider has: a trailing space or newline counts.",
        AtpError.ClockSkewed => "Set this machine's clock: it differs too much from the issuer's.",
        AtpError.RequestReplayed => "Try again: another agent with the same id sent the same request in the same millisecond.",
        AtpError.ScopeDenied => "Request scopes that the host offers; its manifest lists them.",
        AtpError.RateLimited or AtpError.IssuerUnavailable when retryAfter is { } wait =>
            $"Try again in {Math.Ceiling(wait.TotalSeconds):0} seconds.",
        AtpError.RateLimited or AtpError.IssuerUnavailable => "Try again later.",
        _ => "Ask the provider; the host may not be an AgentDOM issuer.",
    };
}
