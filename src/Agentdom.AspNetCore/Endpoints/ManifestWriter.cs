using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.AspNetCore;

/// <summary>Answers <c>/.well-known/agentdom.json</c> (protocol.md §1).</summary>
internal static class ManifestWriter
{
    internal static async Task WriteAsync(HttpContext context)
    {
        var options = context.RequestServices.GetRequiredService<CurrentIssuer>().Options;
        if (TryOrigin(context.Request, options) is not { } origin)
        {
            await ReplyWriter.WriteAsync(context.Response, IssuerReply.InvalidRequest("The Host header is not a valid host name."));
            return;
        }
        var endpoint = origin + TokenPath(context.RequestServices);
        var json = IssuerManifest.Write(options, endpoint);

        var response = context.Response;
        response.ContentType = "application/json";
        response.ContentLength = json.Length;
        response.Headers.CacheControl = string.Create(
            CultureInfo.InvariantCulture, $"public, max-age={(long)options.ManifestLifetime.TotalSeconds}");
        // The endpoints contain the request's Host, so caches must keep the manifests of different hosts apart.
        if (options.PublicOrigin is null) response.Headers.Vary = "Host";
        await response.Body.WriteAsync(json, context.RequestAborted);
    }

    // Null if the Host header has no ASCII form, such as "xn--".
    private static string? TryOrigin(HttpRequest request, AgentTokenIssuerOptions options)
    {
        try
        {
            return (options.PublicOrigin is { } origin
                ? origin.GetLeftPart(UriPartial.Path).TrimEnd('/')
                : $"{request.Scheme}://{request.Host.ToUriComponent()}") + request.PathBase.ToUriComponent();
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static string TokenPath(IServiceProvider services)
    {
        var endpoint = services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .FirstOrDefault(static e => e.Metadata.GetMetadata<TokenEndpointMarker>() is not null)
            ?? throw new InvalidOperationException("Call app.MapAgentTokens(…) as well as app.MapAgentdomManifest().");
        return "/" + endpoint.RoutePattern.RawText!.Trim('/');
    }
}
