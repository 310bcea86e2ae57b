using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Agentdom.AspNetCore;

/// <summary>
/// Checks the manifest when the app starts, once all endpoints are mapped: it must find the token endpoints, and the app must have
/// no other manifest at its address. Otherwise requests would fail, or one manifest would hide the other. A file of the app's own must
/// be a manifest.
/// </summary>
internal sealed class ManifestCheck : IStartupFilter
{
    private const string WhatToDo =
        "Keep one. To add the token endpoints to a file of the app's own, keep it outside the web root and set Manifest.File. Otherwise do "
        + $"not call MapAgentdomManifest, and name the token endpoint as {ManifestFields.Auth}.{ManifestFields.TokenEndpoint}.";

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        next(app);
        Check(app.ApplicationServices);
    };

    private static void Check(IServiceProvider services)
    {
        var endpoints = services.GetService<EndpointDataSource>()?.Endpoints.OfType<RouteEndpoint>().ToList() ?? [];
        foreach (var endpoint in endpoints)
        {
            if (endpoint.Metadata.GetMetadata<ManifestEndpoint>() is not { } manifest) continue;
            manifest.Find(services, endpoint);
            RequireOnlyEndpoint(endpoint, endpoints);
            RequireNoFile(endpoint, services.GetRequiredService<IWebHostEnvironment>());
            RequireUsableFile(services);
        }
    }

    /// <exception cref="InvalidOperationException">Another endpoint answers the same requests.</exception>
    private static void RequireOnlyEndpoint(RouteEndpoint manifest, List<RouteEndpoint> endpoints)
    {
        if (endpoints.Find(other => !ReferenceEquals(other, manifest) && AnswersTheSame(other, manifest)) is not { } other) return;
        throw new InvalidOperationException(other.Metadata.GetMetadata<ManifestEndpoint>() is not null
            ? $"MapAgentdomManifest was called twice for {PathOf(manifest)}. Call it once."
            : $"The app has two manifests at {PathOf(manifest)}: the one of MapAgentdomManifest, and the endpoint "
                + $"'{other.DisplayName}'. {WhatToDo}");
    }

    /// <exception cref="InvalidOperationException">There is a static file at the same address.</exception>
    // An error although UseStaticFiles may be missing: the file has no other use, and which of the two is served would depend on the
    // order of the middleware.
    private static void RequireNoFile(RouteEndpoint manifest, IWebHostEnvironment environment)
    {
        var file = environment.WebRootFileProvider.GetFileInfo(PathOf(manifest));
        if (!file.Exists) return;
        throw new InvalidOperationException(
            $"The app has two manifests at {PathOf(manifest)}: the one of MapAgentdomManifest, and the file "
            + $"'{file.PhysicalPath ?? file.Name}'. {WhatToDo}");
    }

    /// <exception cref="OptionsValidationException">The file of the options cannot be used.</exception>
    private static void RequireUsableFile(IServiceProvider services)
    {
        var path = services.GetRequiredService<CurrentIssuer>().Options.Manifest.File;
        if (path is null || services.GetRequiredService<ManifestFile>().Check(path) is not { } problem) return;
        throw new OptionsValidationException(Options.DefaultName, typeof(AgentTokenIssuerOptions), ["Agent tokens: " + problem]);
    }

    /// <summary>Whether an endpoint answers requests for a document of this library.</summary>
    internal static bool AnswersTheSame(RouteEndpoint one, RouteEndpoint two) =>
        string.Equals(PathOf(one), PathOf(two), StringComparison.OrdinalIgnoreCase)
        && one.Metadata.GetMetadata<ISuppressMatchingMetadata>()?.SuppressMatching != true
        && MayShare(one.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods, [HttpMethods.Get, HttpMethods.Head])
        && MayShare(one.Metadata.GetMetadata<IHostMetadata>()?.Hosts, two.Metadata.GetMetadata<IHostMetadata>()?.Hosts);

    // An empty list allows everything.
    private static bool MayShare(IReadOnlyList<string>? one, IReadOnlyList<string>? two) =>
        one is null or [] || two is null or [] || one.Intersect(two, StringComparer.OrdinalIgnoreCase).Any();

    internal static string PathOf(RouteEndpoint endpoint) => "/" + endpoint.RoutePattern.RawText?.Trim('/');
}
