using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using JsonObject = System.Text.Json.Nodes.JsonObject;

namespace Agentdom.AspNetCore;

/// <summary>Answers <c>/.well-known/agentdom.json</c> (protocol.md §1).</summary>
/// <param name="routes">The app or group on which it is mapped.</param>
internal sealed class ManifestEndpoint(IEndpointRouteBuilder routes)
{
    // RFC 1035 §2.3.4. The host is repeated in each capability.
    private const int MaxHostLength = 255;

    private volatile Paths? _paths;

    internal async Task RunAsync(HttpContext context)
    {
        var options = context.RequestServices.GetRequiredService<CurrentIssuer>().Options;
        var response = context.Response;
        // Web pages may read it, as it is public and depends on no cookie.
        response.Headers.AccessControlAllowOrigin = "*";
        if (Base(context.Request, options) is not { } root)
        {
            await ReplyWriter.WriteAsync(response, IssuerReply.InvalidRequest("The Host header is not a valid host name."));
            return;
        }
        if (AuthOf(context, options, root) is not { } auth)
        {
            response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        var writer = context.RequestServices.GetRequiredService<ManifestWriter>();
        var manifest = await writer.WriteAsync(options, root, auth);
        SetCaching(context, options, manifest.IsComplete);
        response.Headers.ETag = manifest.Tag.ToString();
        if (IsKnown(context.Request, manifest.Tag)) response.StatusCode = StatusCodes.Status304NotModified;
        else await ReplyWriter.WriteJsonAsync(response, manifest.Json);
    }

    /// <summary>Finds the token endpoints that the manifest names: those of its own group, or else the first ones.</summary>
    /// <exception cref="InvalidOperationException">There are none, or their addresses have parameters without a value.</exception>
    internal Paths Find(IServiceProvider services, RouteEndpoint manifest)
    {
        var groups = TokenEndpointGroup.FindAll(services, routes);
        if (groups.Count == 0) throw new InvalidOperationException("Call app.MapAgentTokens(…) as well as app.MapAgentdomManifest().");
        var found = groups.Find(group => !TokenPath.Missing(group[Operation.Mint], manifest).Any());
        if (found is null)
        {
            var first = groups[0][Operation.Mint];
            throw new InvalidOperationException(
                $"The manifest '{manifest.RoutePattern.RawText}' cannot name the token endpoint '{first.RoutePattern.RawText}', because it "
                + $"has no value for '{string.Join("', '", TokenPath.Missing(first, manifest))}'. Map both in the same group: "
                + "var group = app.MapGroup(…); group.MapAgentTokens(…); group.MapAgentdomManifest();");
        }
        return new Paths(
            new TokenPath(found[Operation.Mint], services), new TokenPath(found[Operation.Verify], services),
            new TokenPath(found[Operation.Revoke], services), KeySetEndpoint.Find(services, routes, manifest),
            FindManaged(services, manifest));
    }

    /// <summary>Finds the endpoints for managed tokens: those of the manifest's own group, or else the first ones; null for none.</summary>
    private TokenPath? FindManaged(IServiceProvider services, RouteEndpoint manifest)
    {
        var endpoint = services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<ManagedTokenMarker>() is not null
                && !TokenPath.Missing(endpoint, manifest).Any())
            .OrderByDescending(endpoint => ReferenceEquals(endpoint.Metadata.GetMetadata<ManagedTokenMarker>()!.Routes, routes))
            .FirstOrDefault();
        return endpoint is null ? null : new TokenPath(endpoint, services);
    }

    // What is mapped beside the token endpoints adds its members here. Null if there is no such manifest.
    private JsonObject? AuthOf(HttpContext context, AgentTokenIssuerOptions options, string root)
    {
        var paths = _paths ??= Find(context.RequestServices, (RouteEndpoint)context.GetEndpoint()!);
        if (paths.Mint.Fill(context) is not { } mint || paths.Verify.Fill(context) is not { } verify
            || paths.Revoke.Fill(context) is not { } revoke)
        {
            return null;
        }
        var keys = paths.Keys?.Fill(context) is { } path ? root + path : null;
        var auth = IssuerManifest.Auth(options, root + mint, root + verify, root + revoke, keys);
        if (paths.Managed?.Fill(context) is { } managed)
            auth[ManifestFields.PublishedDialect] = PublishedDialect.Describe(options, root + managed);
        return auth;
    }

    private static bool IsKnown(HttpRequest request, EntityTagHeaderValue tag) => request.GetTypedHeaders().IfNoneMatch
        .Any(known => known.Equals(EntityTagHeaderValue.Any) || known.Compare(tag, useStrongComparison: false));

    // Null if the request has no valid origin. With a public origin nothing of the request is used, so that caches may share it.
    private static string? Base(HttpRequest request, AgentTokenIssuerOptions options)
    {
        if (options.Origin is { } origin) return origin;
        try
        {
            return Uri.TryCreate($"{request.Scheme}://{request.Host.ToUriComponent()}", UriKind.Absolute, out var uri)
                && uri.Scheme is "http" or "https" && uri.Port > 0
                && uri.UserInfo.Length == 0 && uri.PathAndQuery == "/" && uri.Fragment.Length == 0
                && Uri.CheckHostName(uri.IdnHost) is not UriHostNameType.Unknown && uri.IdnHost.Length <= MaxHostLength
                ? uri.GetLeftPart(UriPartial.Authority) + request.PathBase.ToUriComponent()
                : null;
        }
        // The host has no ASCII form, such as "xn--".
        catch (Exception e) when (e is ArgumentException or UriFormatException)
        {
            return null;
        }
    }

    private static void SetCaching(HttpContext context, AgentTokenIssuerOptions options, bool isComplete)
    {
        var headers = context.Response.Headers;
        var seconds = (long)options.ManifestLifetime.TotalSeconds;
        if (!isComplete) seconds = Math.Min(seconds, (long)CapabilityFinder.Pause.TotalSeconds);
        headers.CacheControl = string.Create(
            CultureInfo.InvariantCulture, $"{(options.PublicOrigin is null ? "private" : "public")}, max-age={seconds}");
        if (options.PublicOrigin is not null) return;
        // The origin of a request is its Host header, or what a proxy says in these headers.
        var forwarded = context.RequestServices.GetRequiredService<IOptions<ForwardedHeadersOptions>>().Value;
        headers.AppendCommaSeparatedValues(
            HeaderNames.Vary, HeaderNames.Host, forwarded.ForwardedHostHeaderName, forwarded.ForwardedProtoHeaderName,
            forwarded.ForwardedPrefixHeaderName);
    }

    internal sealed record Paths(TokenPath Mint, TokenPath Verify, TokenPath Revoke, TokenPath? Keys, TokenPath? Managed);
}
