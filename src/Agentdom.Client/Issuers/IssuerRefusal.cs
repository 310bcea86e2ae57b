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
        // Whatever answered so says nothing about a manifest.
        { IsWebPage: true } => OfWebPage(answer),
        _ => new AtpException(AtpError.IssuerFailed,
            $"The request for the manifest of {answer.Uri.Authority} was answered{By(answer)} with status {answer.Status}"
                + $"{Said(answer.Error().Text)}.",
            answer is { Status: 400, Uri.Scheme: "http" } ? ConnectionFault.HintOfTls(answer.Uri)
                : "It may not be an AgentDOM issuer: check the host's name and port, or ask the provider."),
    };

    /// <param name="endpoint">The endpoint.</param>
    /// <param name="answer">Its answer.</param>
    /// <param name="hidden">Secrets that a careless issuer might echo in its answer. They are removed.</param>
    internal static AtpException OfToken(Uri endpoint, HttpAnswer answer, params IEnumerable<string> hidden)
    {
        var said = answer.Error();
        var error = Classify(said, answer.Status);
        if (error == AtpError.IssuerFailed && answer.IsWebPage) return OfWebPage(answer);
        // What another program says, or a failure of the issuer, is no refusal of its.
        var answered = !said.IsFromIssuer ? $"The request to {endpoint.Authority} was answered{By(answer)}"
            : $"{endpoint.Authority} {(answer.Status < 500 ? "refused" : "answered")}";
        var happened = $"{answered} with status {answer.Status}{Said(said.Text, hidden)}.";
        return new AtpException(error, happened, Advice(error, answer.RetryAfter))
        {
            RetryAfter = answer.RetryAfter,
        };
    }

    /// <summary>
    /// The error for a refused token request. An issuer says the same of a wrong signature and of an agent that it does not know, so
    /// a refused signature names the agent.
    /// </summary>
    internal static AtpException OfRequest(Uri endpoint, HttpAnswer answer, string agentId, params IEnumerable<string> hidden)
    {
        var refusal = OfToken(endpoint, answer, hidden);
        return refusal.Error == AtpError.SignatureRefused
            ? refusal.WithAdvice($"{refusal.Advice} If the provider registers agents, it must know this one: {Printable.Line(agentId)}.")
            : refusal;
    }

    /// <summary>The error for a successful answer whose body is not what the protocol defines.</summary>
    internal static AtpException OfUnreadable(HttpAnswer answer, string happened, JsonFormatException cause) => answer.IsWebPage
        ? OfWebPage(answer)
        : new AtpException(AtpError.AnswerInvalid, happened, Advice(AtpError.AnswerInvalid, null), cause);

    private static AtpException OfWebPage(HttpAnswer answer) => new(AtpError.IssuerFailed,
        $"{answer.Uri.Authority} answers with a web page (status {answer.Status}{From(answer)}) and not as an AgentDOM issuer.",
        answer is { Status: 400, Uri.Scheme: "http" } ? ConnectionFault.HintOfTls(answer.Uri)
            : "A firewall, a proxy or a login page on the way may have answered. "
                + "Check the network and the host's name, or ask the provider.");

    private static string From(HttpAnswer answer) => answer.Server is { } server ? $", from {server}" : "";

    private static string By(HttpAnswer answer) => answer.Server is { } server ? $" by {server}" : "";

    private static string Said(string text, params IEnumerable<string> hidden) =>
        Printable.Excerpt(text, hidden).TrimEnd('.', ' ') is { Length: > 0 } said ? $": {said}" : "";

    private static AtpError Classify(AnswerError said, int status) => said.Code switch
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
            429 => AtpError.RateLimited,
            502 or 503 or 504 => AtpError.IssuerUnavailable,
            // Not from an issuer, so it says nothing about the signature or the scopes.
            _ when !said.IsFromIssuer => AtpError.IssuerFailed,
            400 or 413 or 415 => AtpError.RequestRefused,
            401 => AtpError.SignatureRefused,
            403 => AtpError.ScopeDenied,
            _ => AtpError.IssuerFailed,
        },
    };

    private static string Advice(AtpError error, TimeSpan? retryAfter) => error switch
    {
        AtpError.RequestRefused => "Check the purpose, scopes and agent id; a newer version of Agentdom may be needed.",
        AtpError.SignatureRefused => "Check that the shared secret is the one the provider has: a trailing space or newline counts.",
        AtpError.ClockSkewed => "Set this machine's clock: it differs too much from the issuer's.",
        AtpError.RequestReplayed => "Try again: other agents with the same id keep sending the same request in the same milliseconds.",
        AtpError.ScopeDenied => "Request scopes that the host offers; its manifest lists them.",
        AtpError.RateLimited or AtpError.IssuerUnavailable when retryAfter is { } wait =>
            $"Try again in {TimeText.Wait(wait)}.",
        AtpError.RateLimited or AtpError.IssuerUnavailable => "Try again later.",
        _ => "Ask the provider; the host may not be an AgentDOM issuer.",
    };
}
