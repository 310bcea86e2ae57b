using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace Agentdom.AspNetCore.OpenApi;

/// <summary>The operations of an OpenAPI document that require agent scopes, as capabilities.</summary>
internal sealed class OpenApiCapabilities(IServiceProvider services, string documentName) : ICapabilitySource
{
    // The endpoints of an app do not change while it runs.
    private volatile IReadOnlyList<(string Path, JsonObject Capability)>? _found;

    public async ValueTask<IReadOnlyList<JsonObject>> FindAsync(string origin, CancellationToken cancel)
    {
        if (_found is not { } found)
        {
            var provider = services.GetRequiredKeyedService<IOpenApiDocumentProvider>(documentName);
            _found = found = [.. Read(await provider.GetOpenApiDocumentAsync(cancel))];
        }
        return [.. found.Select(each =>
        {
            var capability = (JsonObject)each.Capability.DeepClone();
            capability["endpoint"] = origin + each.Path;
            return capability;
        })];
    }

    private static IEnumerable<(string Path, JsonObject Capability)> Read(OpenApiDocument document)
    {
        var intents = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (path, item) in document.Paths)
        {
            foreach (var (method, operation) in item.Operations ?? [])
            {
                if (ScopeTransformer.ScopesOf(operation) is not { } scopes) continue;
                var intent = Unused(intents, IntentName.Of(operation.OperationId, method, path));
                var capability = new JsonObject
                {
                    ["intent"] = intent,
                    ["description"] = operation.Summary ?? operation.Description ?? $"{method} {path}",
                    ["transport"] = "api",
                    ["method"] = method.Method,
                    ["endpoint"] = path,
                    ["args"] = CapabilityArguments.Of(item, operation),
                    ["side_effects"] = SideEffects(method),
                    ["scopes"] = new JsonArray([.. scopes.Select(static s => (JsonNode)s)]),
                };
                if (operation.OperationId is { } id) capability["operation_id"] = id;
                yield return (path, capability);
            }
        }
    }

    private static string Unused(HashSet<string> intents, string intent)
    {
        for (var number = 2; ; number++)
        {
            var name = number == 2 && !intents.Contains(intent) ? intent : $"{intent}_{number}";
            if (intents.Add(name)) return name;
        }
    }

    // These words mean the same to all published tools.
    private static JsonArray SideEffects(HttpMethod method) => method.Method switch
    {
        "GET" or "HEAD" or "OPTIONS" or "QUERY" => ["read"],
        "DELETE" => ["delete", "external"],
        _ => ["external"],
    };
}
