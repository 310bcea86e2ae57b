using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Agentdom.Protocol;

/// <summary>
/// The host of an issuer, such as <c>api.example.com</c>, <c>localhost:5001</c> or <c>https://[::1]:8443</c>. The scheme is
/// https, except for loopback names and addresses: they use http unless written with https (protocol.md §1).
/// </summary>
internal sealed class AtpHost : IEquatable<AtpHost>
{
    // Uri silently drops text after an IPv6 address and accepts more than a host and a port.
    private static readonly Regex s_authority = new(
        @"^(\[[0-9A-Fa-f:.]+\]|[^\[\]:/\\?#@%\s]+)(:[0-9]{1,5})?$", RegexOptions.CultureInvariant);

    private AtpHost(Uri origin, string name)
    {
        Origin = origin;
        Name = name;
    }

    /// <summary>
    /// The normalized host: lower case, names in their ASCII form, no default port. It has a scheme only if it is a loopback
    /// host with https.
    /// </summary>
    public string Name { get; }

    /// <summary>The origin that requests go to.</summary>
    public Uri Origin { get; }

    internal Uri ManifestUri => new(Origin, ManifestFields.Path);

    /// <summary>Parses a host that a person wrote.</summary>
    /// <exception cref="AtpException"><see cref="AtpError.HostInvalid"/></exception>
    public static AtpHost Parse(string text)
    {
        text = text.Trim();
        var schemeEnd = text.IndexOf("://", StringComparison.Ordinal);
        var authority = schemeEnd < 0 ? text : text.Substring(schemeEnd + 3);
        if (authority.EndsWith("/", StringComparison.Ordinal)) authority = authority.Substring(0, authority.Length - 1);
        if (!s_authority.IsMatch(authority) || !Uri.TryCreate($"https://{authority}", UriKind.Absolute, out var parsed)
            || parsed.Port == 0 || TryHostOf(parsed) is not { } host || Uri.CheckHostName(host) is UriHostNameType.Unknown)
            throw Invalid(text, "is not a host name with an optional port");

        var scheme = schemeEnd < 0
            ? (IsLoopback(parsed) && !OwnTlsServer.IsAt(parsed.Port) ? "http" : "https")
            : text.Substring(0, schemeEnd).ToLowerInvariant();
        if (scheme is not ("http" or "https")) throw Invalid(text, "has a scheme other than https");
        if (scheme == "http" && !IsLoopback(parsed))
            throw Invalid(text, "uses plain http, so anyone on the network could read the token");

        var defaultPort = scheme == "https" ? 443 : 80;
        var port = HasPort(authority) ? parsed.Port : defaultPort;
        var isDefaultPort = port == defaultPort;
        var nameAndPort = isDefaultPort ? host : string.Format(CultureInfo.InvariantCulture, "{0}:{1}", host, port);
        var prefix = scheme == "https" && IsLoopback(parsed) ? "https://" : "";
        return new AtpHost(new Uri($"{scheme}://{nameAndPort}/"), prefix + nameAndPort);
    }

    /// <summary>A loopback host's name with the other scheme, or null for other hosts, which have only one.</summary>
    internal AtpHost? WithOtherScheme() =>
        IsLoopback(Origin) ? Parse($"{(Origin.Scheme == "https" ? "http" : "https")}://{Origin.Authority}") : null;

    /// <summary>The host of an address such as <c>https://api.example.com/orders</c>.</summary>
    /// <exception cref="AtpException"><see cref="AtpError.HostInvalid"/></exception>
    internal static AtpHost Of(Uri address)
    {
        if (!address.IsAbsoluteUri || address.Scheme is not ("http" or "https"))
            throw new AtpException(AtpError.HostInvalid,
                $"'{Printable.Excerpt(Printable.WithoutUserInfoOfHost(address.OriginalString))}' is not an absolute https address.",
                "Use an address such as https://api.example.com/orders. Only loopback hosts may use http.");
        return Parse(address.GetLeftPart(UriPartial.Authority));
    }

    /// <summary>
    /// Checks that a signed body may be sent to an endpoint. It must use https (or http, if this is a loopback host with http)
    /// and be on the same host name, a subdomain of it or a trusted host (protocol.md §1).
    /// </summary>
    /// <exception cref="AtpException"><see cref="AtpError.EndpointInvalid"/> or <see cref="AtpError.EndpointForeign"/></exception>
    internal void RequireEndpoint(Uri endpoint, IEnumerable<string> trustedHosts)
    {
        RequireSecure(endpoint);
        if (Origin.Scheme == "https" && endpoint.Scheme == "http")
            throw new AtpException(AtpError.EndpointInvalid,
                $"{Name} uses https but its manifest names an http endpoint, {Printable.Excerpt(endpoint.OriginalString)}.",
                "Ask the provider to serve its endpoints over https.");
        if (IsOwn(endpoint, trustedHosts)) return;
        var named = HostOf(endpoint);
        throw new AtpException(AtpError.EndpointForeign,
            $"The manifest of {Name} names an endpoint on another host, {named}. Nothing was sent there.",
            $"If the provider confirms that {named} is theirs, trust it as an endpoint host.") { Subject = named };
    }

    /// <summary>
    /// Checks that a request to an address may carry a token of this host. The address must use https (or http, if it is a
    /// loopback address) and be on the same host name, a subdomain of it or one of the API hosts. Ports are ignored.
    /// </summary>
    /// <exception cref="AtpException"><see cref="AtpError.EndpointInvalid"/> or <see cref="AtpError.EndpointForeign"/></exception>
    internal void RequireAddress(Uri? address, IEnumerable<string> apiHosts)
    {
        if (address is null || !IsSecure(address))
            throw new AtpException(AtpError.EndpointInvalid,
                $"A token for {Name} is only sent to absolute https addresses, so nothing was sent.",
                "Set an https BaseAddress or use an absolute https address without a user name; http is for loopback hosts only.");
        if (IsOwn(address, apiHosts)) return;
        var named = HostOf(address);
        throw new AtpException(AtpError.EndpointForeign,
            $"The token is for {Name} but the request is for {named}, so nothing was sent.",
            $"Use a separate client for {named}, or add it to ApiHosts if the provider confirms that it accepts these tokens.");
    }

    /// <summary>
    /// Checks that requests to this host may be signed for an audience. The signature is good at every service of that audience, so it
    /// must be this host's own: a URL or host name with the same host name, a subdomain or a parent of at least two labels; or a name
    /// without dot, colon and slash, which no other host owns (protocol.md §1).
    /// </summary>
    /// <param name="audience">The audience that the manifest names.</param>
    /// <param name="trustedHosts">Additional host names. An audience that contains no host name must be in the list itself.</param>
    /// <exception cref="AtpException"><see cref="AtpError.AudienceForeign"/></exception>
    internal void RequireAudience(string audience, IEnumerable<string> trustedHosts)
    {
        if (audience.IndexOfAny(['.', ':', '/']) < 0) return;
        var own = HostOf(Origin);
        var named = HostNamedBy(audience);
        var isAbove = named is not null && named.IndexOf('.') >= 0 && IsBelow(own, named);
        if (named is not null && (named == own || IsBelow(named, own) || isAbove)) return;
        var wanted = named ?? audience;
        if (trustedHosts.Contains(wanted, StringComparer.OrdinalIgnoreCase)) return;
        throw new AtpException(AtpError.AudienceForeign,
            $"The manifest of {Name} names the audience {Printable.Excerpt(audience)}, which is not its own, so nothing was signed for it.",
            $"If the provider confirms that {Printable.Excerpt(wanted)} is theirs, trust it.") { Subject = Printable.Excerpt(wanted) };
    }

    /// <exception cref="AtpException"><see cref="AtpError.EndpointInvalid"/></exception>
    internal static void RequireSecure(Uri endpoint)
    {
        if (IsSecure(endpoint)) return;
        throw new AtpException(AtpError.EndpointInvalid,
            $"The endpoint {Printable.Excerpt(endpoint.OriginalString)} is not an absolute https address.",
            "Only loopback hosts may use http. Tell the provider, or use the right endpoint.");
    }

    /// <summary>Whether an address may be asked: https, or http on this machine, without a user name.</summary>
    internal static bool IsSecure(Uri uri) => uri.IsAbsoluteUri && uri.UserInfo.Length == 0 && TryHostOf(uri) is not null
        && (uri.Scheme == "https" || (uri.Scheme == "http" && IsLoopback(uri)));

    /// <summary>Whether an address can be the name of an issuer (RFC 8414 §2).</summary>
    internal static bool IsIssuerName(Uri uri) => IsSecure(uri) && uri.Query.Length == 0 && uri.Fragment.Length == 0;

    /// <summary>Whether the host is loopback by name or address. A name that merely resolves to loopback is not enough.</summary>
    internal static bool IsLoopback(Uri uri) =>
        HostOf(uri) is var host && (host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address)));

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <inheritdoc/>
    public bool Equals(AtpHost? other) => other is not null && other.Name == Name;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as AtpHost);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Name);

    private bool IsOwn(Uri uri, IEnumerable<string> trustedHosts)
    {
        var own = HostOf(Origin);
        var named = HostOf(uri);
        return named == own || IsBelow(named, own) || trustedHosts.Contains(named, StringComparer.OrdinalIgnoreCase);
    }

    private static bool IsBelow(string name, string parent) =>
        Uri.CheckHostName(parent) == UriHostNameType.Dns && name.EndsWith("." + parent, StringComparison.Ordinal);

    // Null if the audience is neither a URL with a host nor a host name with an optional port.
    private static string? HostNamedBy(string audience)
    {
        var isUrl = audience.IndexOf("://", StringComparison.Ordinal) > 0;
        if (!isUrl && !s_authority.IsMatch(audience)) return null;
        return Uri.TryCreate(isUrl ? audience : $"https://{audience}", UriKind.Absolute, out var uri)
            && uri.UserInfo.Length == 0 && uri.Host.Length > 0 ? TryHostOf(uri) : null;
    }

    private static string HostOf(Uri uri) => TryHostOf(uri) ?? "";

    // Null if the name has no ASCII form.
    private static string? TryHostOf(Uri uri)
    {
        try
        {
            // Without the last dot first: '127.1.' is a name to Uri, but what remains of it is an address.
            var host = uri.IdnHost.TrimEnd('.');
            if (IPAddress.TryParse(host, out var address))
                return address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();
            return host.ToLowerInvariant();
        }
        catch (UriFormatException)
        {
            return null;
        }
    }

    private static bool HasPort(string authority) =>
        authority.LastIndexOf(':') is var colon && colon >= 0 && authority.IndexOf(']', colon) < 0;

    private static AtpException Invalid(string text, string why) => new(AtpError.HostInvalid,
        $"'{Printable.Excerpt(Printable.WithoutUserInfoOfHost(text))}' {why}.",
        "Use a host such as api.example.com or localhost:5001.");
}
