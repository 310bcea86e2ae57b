using System.Globalization;
using System.Text;
using Agentdom.Core.Client;
using Agentdom.Core.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Agentdom.AspNetCore;

/// <summary>Says what the app takes, in <c>/.well-known/agentdom.json</c> (protocol.md §1).</summary>
internal static class ManifestWriter
{
    internal static async Task WriteAsync(HttpContext context)
    {
        var options = context.RequestServices.GetRequiredService<IOptions<AgentTokenOptions>>().Value;
        var endpoint = Origin(context.Request, options) + TokenPath(context.RequestServices);
        var auth = new Dictionary<string, object?>
        {
            ["method"] = AgentdomManifest.AgentTokenMethod,
            ["agent_token_endpoint"] = endpoint,
            ["agent_token_verify_endpoint"] = endpoint + "/verify",
            ["agent_token_revoke_endpoint"] = endpoint + "/revoke",
            ["scopes"] = options.Scopes,
        };
        if (options.Audience is not null) auth["agent_token_audience"] = options.Audience;
        var json = Encoding.UTF8.GetBytes(CanonicalJson.FromValue(new Dictionary<string, object?> { ["auth"] = auth }));

        var response = context.Response;
        response.ContentType = "application/json";
        response.ContentLength = json.Length;
        response.Headers.CacheControl = string.Create(
            CultureInfo.InvariantCulture, $"public, max-age={(long)options.ManifestLifetime.TotalSeconds}");
        // The endpoints repeat the request's Host, so a cache must keep one host's manifest from another's.
        if (options.PublicOrigin is null) response.Headers.Vary = "Host";
        await response.Body.WriteAsync(json, context.RequestAborted);
    }

    private static string Origin(HttpRequest request, AgentTokenOptions options) =>
        (options.PublicOrigin is { } origin
            ? origin.GetLeftPart(UriPartial.Path).TrimEnd('/')
            : $"{request.Scheme}://{request.Host.ToUriComponent()}") + request.PathBase.ToUriComponent();

    private static string TokenPath(IServiceProvider services)
    {
        var endpoint = services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .FirstOrDefault(static e => e.Metadata.GetMetadata<TokenEndpointMarker>() is not null)
            ?? throw new InvalidOperationException("Call app.MapAgentTokens(…) beside app.MapAgentdomManifest().");
        return "/" + endpoint.RoutePattern.RawText!.Trim('/');
    }
}
