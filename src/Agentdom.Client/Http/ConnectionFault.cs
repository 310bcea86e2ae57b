using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Polly.Timeout;

namespace Agentdom.Client;

/// <summary>Maps a connection failure to an error: name, connection, certificate or timeout.</summary>
internal static class ConnectionFault
{
    internal static bool IsConnectionFault(Exception e) => e is HttpRequestException or IOException or SocketException;

    /// <summary>Whether a retry can help. It cannot if the name or the certificate is wrong.</summary>
    internal static bool MayPass(Exception e) =>
        IsConnectionFault(e) && !IsUnknownName(e) && !Chain(e).Any(static x => x is AuthenticationException);

    internal static AtpException ToAtpException(Exception e, Uri uri)
    {
        var host = uri.Authority;
        if (e is TimeoutRejectedException)
            return new AtpException(
                AtpError.TimedOut, $"{host} did not answer within {HttpExchange.AttemptTimeout.TotalSeconds:0} seconds.",
                "Check that the host is up and that no firewall drops the connection.", e);
        if (IsUnknownName(e))
            return new AtpException(AtpError.HostNotFound, $"The name of {host} does not resolve.",
                "Check the spelling and this machine's DNS.", e);
        if (IsBadCertificate(e))
            return new AtpException(AtpError.CertificateInvalid,
                $"The TLS certificate of {host} is not valid: {Printable.Excerpt(Innermost(e).Message)}",
                "Nothing was sent. Tell the provider. A private authority must be in this machine's certificate store.", e);
        return new AtpException(AtpError.HostUnreachable, $"No connection to {host}: {Reason(e)}.",
            "Check the host's name and port, and that it is up and reachable from here.", RepeatsAnswer(e) ? null : e);
    }

    /// <summary>The reason, in the runtime's words unless they repeat the answer.</summary>
    internal static string Reason(Exception e) =>
        RepeatsAnswer(e) ? "its answer is not valid HTTP" : Printable.Excerpt(Innermost(e).Message).TrimEnd('.');

    // The runtime's message contains the line that it could not parse, and a careless issuer may echo a secret there.
    private static bool RepeatsAnswer(Exception e) =>
#if NET
        Chain(e).Any(static x => x is HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse }
            or HttpIOException { HttpRequestError: HttpRequestError.InvalidResponse });
#else
        false;
#endif

    private static bool IsUnknownName(Exception e) => Chain(e).Any(static x =>
        x is SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData }
        or WebException { Status: WebExceptionStatus.NameResolutionFailure });

    // TLS can also fail for other reasons, such as a port that speaks plain http.
    private static bool IsBadCertificate(Exception e) => Chain(e).Any(static x =>
        x is WebException { Status: WebExceptionStatus.TrustFailure }
        || (x is AuthenticationException && x.Message.IndexOf("certificate", StringComparison.OrdinalIgnoreCase) >= 0));

    private static Exception Innermost(Exception e) => Chain(e).Last();

    private static IEnumerable<Exception> Chain(Exception e)
    {
        for (Exception? x = e; x is not null; x = x.InnerException) yield return x;
    }
}
