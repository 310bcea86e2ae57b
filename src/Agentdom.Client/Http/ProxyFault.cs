using System.Net;

namespace Agentdom.Client;

/// <summary>Failures of the proxy before a host: it cannot be reached, or it refuses the connection to the host.</summary>
internal static class ProxyFault
{
    private const int WantsCredentials = 407;

    /// <summary>The proxy that requests to an address go through, as host and port, or null.</summary>
    /// <param name="uri">The address.</param>
    /// <param name="given">The proxy to use in place of this machine's, or null.</param>
    internal static string? ProxyOf(Uri uri, IWebProxy? given)
    {
        if (AtpHost.IsLoopback(uri)) return null;
#if NET
        var proxies = given ?? HttpClient.DefaultProxy;
#else
        var proxies = given ?? WebRequest.DefaultWebProxy;
#endif
        return proxies is not null && !proxies.IsBypassed(uri) && proxies.GetProxy(uri) is { } proxy && proxy != uri
            ? Printable.Line(proxy.Authority)
            : null;
    }

    /// <summary>Whether a retry can help. It cannot if the proxy has refused, except because it is busy.</summary>
    internal static bool MayPass(IReadOnlyList<Exception> chain) => StatusIn(chain) is null or 502 or 503 or 504;

    /// <summary>The error, or null if the proxy is not the cause.</summary>
    internal static AtpException? Find(IReadOnlyList<Exception> chain, Uri uri, IWebProxy? given)
    {
        var proxy = ProxyOf(uri, given);
        if (proxy is null) return null;
        var host = uri.Authority;
        return StatusIn(chain) switch
        {
            WantsCredentials => new AtpException(AtpError.ProxyRefused,
                $"The proxy {proxy} wants other credentials (status {WantsCredentials}), so {host} was not reached.",
                "Correct the user name and password in this machine's proxy settings, such as the environment variable HTTPS_PROXY.",
                chain[0]),
            { } status => new AtpException(AtpError.ProxyRefused, $"The proxy {proxy} refuses to connect to {host} (status {status}).",
                "Ask the proxy's operator to allow that host, or exclude it with NO_PROXY if it can be reached directly.", chain[0]),
            null when IsOutOfReach(chain) => new AtpException(AtpError.ProxyRefused,
                $"The proxy {proxy}, through which {host} is reached, does not answer: {ConnectionFault.Reason(chain)}.",
                "Check this machine's proxy settings, such as the environment variable HTTPS_PROXY, and that the proxy is up.", chain[0]),
            _ => null,
        };
    }

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
