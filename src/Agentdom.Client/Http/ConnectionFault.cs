using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Polly.Timeout;

namespace Agentdom.Client;

/// <summary>Maps a connection failure to an error: name, connection, certificate, proxy or timeout.</summary>
internal static class ConnectionFault
{
    internal static bool IsConnectionFault(Exception e) => e is HttpRequestException or IOException or SocketException;

    /// <summary>Whether a retry can help. It cannot if the name or the certificate is wrong, or the proxy refuses.</summary>
    internal static bool MayPass(Exception e)
    {
        var chain = Chain(e);
        return IsConnectionFault(e) && !IsUnknownName(chain) && ProxyFault.MayPass(chain)
            && !chain.Any(static x => x is AuthenticationException);
    }

    /// <param name="e">The failure.</param>
    /// <param name="uri">The address of the request.</param>
    /// <param name="namedBy">The host whose manifest names the address, if it is an endpoint from a manifest.</param>
    /// <param name="proxy">The proxy to use in place of this machine's, or null.</param>
    internal static AtpException ToAtpException(Exception e, Uri uri, AtpHost? namedBy, IWebProxy? proxy)
    {
        var chain = Chain(e);
        if (ProxyFault.Find(chain, uri, proxy) is { } fault) return fault;
        var place = Place(uri, namedBy, proxy);
        var wrong = namedBy is null ? "" : " If that address is wrong, the provider must correct the manifest.";
        if (e is TimeoutRejectedException)
            return new AtpException(
                AtpError.TimedOut, $"{place} did not answer within {HttpExchange.AttemptTimeout.TotalSeconds:0} seconds.",
                $"Check that the host is up and that no firewall drops the connection.{wrong}", e);
        if (IsUnknownName(chain))
            return new AtpException(AtpError.HostNotFound, $"The name of {place} does not resolve.",
                $"Check the spelling and this machine's DNS.{wrong}", e);
        if (IsBadCertificate(chain))
            return new AtpException(AtpError.CertificateInvalid,
                $"The TLS certificate of {place} is not valid: {Printable.Excerpt(chain[chain.Count - 1].Message)}",
                $"Nothing was sent. Tell the provider. A private authority must be in this machine's certificate store.{wrong}", e);
        if (uri.Scheme == "https" && IsNotTls(chain))
            return new AtpException(AtpError.HostUnreachable, $"No connection to {place}: that port does not speak TLS.",
                (AtpHost.IsLoopback(uri) ? $"If it speaks plain http, write http://{uri.Authority}."
                    : "Check the port: only loopback hosts may use plain http.") + wrong, e);
        return new AtpException(AtpError.HostUnreachable, $"No connection to {place}: {Reason(chain)}.",
            (uri.Scheme == "http" && namedBy is null && IsCutOff(chain) ? HintOfTls(uri)
                : "Check the host's name and port, and that it is up and reachable from here.") + wrong,
            RepeatsAnswer(chain) ? null : e);
    }

    /// <summary>The advice for a loopback host that answers http like a port that speaks TLS.</summary>
    internal static string HintOfTls(Uri uri) =>
        $"Loopback hosts are asked over http: if that port speaks TLS, write https://{uri.Authority}. Otherwise check the port.";

    /// <summary>What a message calls the address: the host, or the whole endpoint if a manifest names it.</summary>
    internal static string Place(Uri uri, AtpHost? namedBy, IWebProxy? given)
    {
        var place = namedBy is null ? uri.Authority : $"{Printable.Excerpt(uri.AbsoluteUri)} (named by the manifest of {namedBy})";
        return ProxyFault.ProxyOf(uri, given) is { } proxy ? $"{place} through the proxy {proxy}" : place;
    }

    /// <summary>The reason, in the runtime's words unless they repeat the answer.</summary>
    internal static string Reason(Exception e) => Reason(Chain(e));

    internal static string Reason(IReadOnlyList<Exception> chain) => RepeatsAnswer(chain)
        ? "its answer is not valid HTTP"
        : Printable.Excerpt(chain[chain.Count - 1].Message).TrimEnd('.');

    // The runtime's message contains the line that it could not parse, and a careless issuer may echo a secret there.
    private static bool RepeatsAnswer(IReadOnlyList<Exception> chain) =>
#if NET
        chain.Any(static x => x is HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse }
            or HttpIOException { HttpRequestError: HttpRequestError.InvalidResponse });
#else
        false;
#endif

    private static bool IsUnknownName(IReadOnlyList<Exception> chain) => chain.Any(static x =>
        x is SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData }
        or WebException { Status: WebExceptionStatus.NameResolutionFailure });

    // TLS can also fail for other reasons, such as a port that speaks plain http.
    private static bool IsBadCertificate(IReadOnlyList<Exception> chain) => chain.Any(static x =>
        x is WebException { Status: WebExceptionStatus.TrustFailure }
        || (x is AuthenticationException && x.Message.IndexOf("certificate", StringComparison.OrdinalIgnoreCase) >= 0));

    // A server that speaks TLS closes the connection, or sends a TLS alert, which is no HTTP.
    private static bool IsCutOff(IReadOnlyList<Exception> chain) =>
#if NET
        RepeatsAnswer(chain) || chain.Any(static x => x is HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded }
            or HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded }
            or SocketException { SocketErrorCode: SocketError.ConnectionReset });
#else
        chain.Any(static x => x is SocketException { SocketErrorCode: SocketError.ConnectionReset }
            or WebException { Status: WebExceptionStatus.ReceiveFailure or WebExceptionStatus.ConnectionClosed
                or WebExceptionStatus.ServerProtocolViolation or WebExceptionStatus.KeepAliveFailure });
#endif

    // In the words of .NET and of .NET Framework.
    internal static bool IsNotTls(IReadOnlyList<Exception> chain) => chain.Any(static x => x is AuthenticationException or IOException
        && (x.Message.IndexOf("frame size", StringComparison.Ordinal) >= 0
            || x.Message.IndexOf("unexpected packet format", StringComparison.Ordinal) >= 0));

    private static List<Exception> Chain(Exception e) => [.. ExceptionChain.Of(e)];
}
