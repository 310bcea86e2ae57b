using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.AspNetCore;

/// <summary>
/// Checks when the app starts, once all endpoints are mapped, that an issuer which publishes its keys has an address as its name, and
/// that nothing else is published at the same addresses.
/// </summary>
internal sealed class KeysCheck : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        next(app);
        Check(app.ApplicationServices);
    };

    private static void Check(IServiceProvider services)
    {
        var endpoints = services.GetService<EndpointDataSource>()?.Endpoints.OfType<RouteEndpoint>().ToList() ?? [];
        var published = endpoints.FindAll(static e =>
            e.Metadata.GetMetadata<KeySetEndpoint>() is not null || e.Metadata.GetMetadata<ServerMetadataEndpoint>() is not null);
        if (published.Count == 0) return;
        services.GetRequiredService<CurrentIssuer>().PublishKeys();
        var files = services.GetRequiredService<IWebHostEnvironment>().WebRootFileProvider;
        foreach (var endpoint in published)
        {
            var path = ManifestCheck.PathOf(endpoint);
            if (endpoints.Find(e => !ReferenceEquals(e, endpoint) && ManifestCheck.AnswersTheSame(e, endpoint)) is { } other)
                throw Twice(path, $"the endpoint '{other.DisplayName}'");
            if (files.GetFileInfo(path) is { Exists: true } file) throw Twice(path, $"the file '{file.PhysicalPath ?? file.Name}'");
        }
    }

    private static InvalidOperationException Twice(string path, string other) => new(
        $"The app has two documents at {path}: the one of MapAgentTokenKeys, and {other}. Keep one. To publish both at one host, map the "
        + "keys in a group, such as app.MapGroup(\"/agents\").MapAgentTokenKeys(), and set Issuer to the address of that group.");
}
