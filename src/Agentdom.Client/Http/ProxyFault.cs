using System.Net;

namespace Agentdom.Client;

/// <summary>Failures of the proxy before a host: it cannot be reached, or it refuses the connection to the host.</summary>
internal static class ProxyFault
{
    private const int WantsCredentials = 407;

    private const string Settings = "this machine's proxy settings, such as the environment variable HTTPS_PROXY";

    /// <summary>The proxy that requests to an address go through, as host and port, or null.</summary>
    /// <param name="uri">The address.</param>
    /// <param name="given">The proxy to use in place of this machine's, or null.</param>
    internal static string? ProxyOf(Uri uri, IWebProxy? given) =>
        AddressOf(uri, ProxiesInUse(given)) is { } proxy ? Printable.Line(proxy.Authority) : null;

    /// <summary>Whether a retry can help. It cannot if the proxy has refused, except because it is busy.</summary>
    internal static bool MayPass(IReadOnlyList<Exception> chain) => StatusIn(chain) is null or 502 or 503 or 504;

    /// <summary>The error, or null if the proxy is not the cause.</summary>
    internal static AtpException? Find(IReadOnlyList<Exception> chain, Uri uri, IWebProxy? given)
    {
        var proxies = ProxiesInUse(given);
        if (AddressOf(uri, proxies) is not { } address) return null;
        var proxy = Printable.Line(address.Authority);
        var host = uri.Authority;
        return StatusIn(chain) switch
        {
            WantsCredentials => CredentialsWanted(
                proxy, host, hadSome: proxies?.Credentials?.GetCredential(address, "Basic") is not null, given is not null, chain[0]),
            { } status => new AtpException(AtpError.ProxyRefused, $"The proxy {proxy} refuses to connect to {host} (status {status}).",
                "Ask the proxy's operator to allow that host, or "
                + (given is null ? "exclude it with NO_PROXY" : "do without that proxy") + " if it can be reached directly.", chain[0]),
            null when IsOutOfReach(chain) => new AtpException(AtpError.ProxyRefused,
                $"The proxy {proxy}, through which {host} is reached, does not answer: {ConnectionFault.Reason(chain)}.",
                given is null ? $"Check {Settings}, and that the proxy is up." : "Check its address, and that it is up.", chain[0]),
            null when address.Scheme == "https" && ConnectionFault.IsNotTls(chain) => new AtpException(AtpError.ProxyRefused,
                $"No connection to {host} through the proxy {proxy}: what answers does not speak TLS.",
                $"If the proxy speaks plain http, write http://{proxy} for its address"
                + (given is null ? $" in {Settings}." : "."), chain[0]),
            _ => null,
        };
    }

    private static AtpException CredentialsWanted(string proxy, string host, bool hadSome, bool isGiven, Exception cause)
    {
        var wants = hadSome ? "other credentials" : "a user name and password";
        return new AtpException(AtpError.ProxyRefused,
            $"The proxy {proxy} wants {wants} (status {WantsCredentials}), so {host} was not reached.",
            (hadSome ? "Correct the user name and password" : "Add a user name and password")
                + (isGiven ? " for it." : $" in {Settings}."), cause)
        {
            Subject = proxy,
        };
    }

    private static IWebProxy? ProxiesInUse(IWebProxy? given) =>
#if NET
        given ?? HttpClient.DefaultProxy;
#else
        given ?? WebRequest.DefaultWebProxy;
#endif

    private static Uri? AddressOf(Uri uri, IWebProxy? proxies) =>
        !AtpHost.IsLoopback(uri) && proxies is not null && !proxies.IsBypassed(uri) && proxies.GetProxy(uri) is { } proxy && proxy != uri
            ? proxy
            : null;

#if NET
    private static int? StatusIn(IReadOnlyList<Exception> chain) => chain.OfType<HttpRequestException>()
        .Where(static e => e.HttpRequestError == HttpRequestError.ProxyTunnelError)
        .Select(static e => (int?)e.StatusCode).FirstOrDefault();

    // With a proxy, only the proxy's name is resolved here and only the proxy is connected to.
    private static bool IsOutOfReach(IReadOnlyList<Exception> chain) => chain.OfType<HttpRequestException>().Any(static e =>
        e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
            or HttpRequestError.ProxyTunnelError);
#else
    private static int? StatusIn(IReadOnlyList<Exception> chain) => chain.OfType<WebException>()
        .Where(static e => e.Status == WebExceptionStatus.ProtocolError)
        .Select(static e => (int?)(e.Response as HttpWebResponse)?.StatusCode).FirstOrDefault();

    private static bool IsOutOfReach(IReadOnlyList<Exception> chain) => chain.OfType<WebException>().Any(static e => e.Status is
        WebExceptionStatus.ConnectFailure or WebExceptionStatus.NameResolutionFailure or WebExceptionStatus.ProxyNameResolutionFailure);
#endif
}
