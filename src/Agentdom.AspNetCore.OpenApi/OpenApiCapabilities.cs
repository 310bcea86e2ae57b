using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace Agentdom.AspNetCore.OpenApi;

/// <summary>The operations of an OpenAPI document that require agent scopes, as capabilities.</summary>
internal sealed class OpenApiCapabilities(IServiceProvider services, string documentName) : ICapabilitySource
{
    public async Task<IReadOnlyList<FoundCapability>> FindAsync()
    {
        var provider = services.GetRequiredKeyedService<IOpenApiDocumentProvider>(documentName);
        return [.. Read(await provider.GetOpenApiDocumentAsync(CancellationToken.None))];
    }

    private static IEnumerable<FoundCapability> Read(OpenApiDocument document)
    {
        foreach (var (path, item) in document.Paths)
        {
            foreach (var (method, operation) in item.Operations ?? [])
            {
                if (ScopeTransformer.ScopesOf(operation) is not { } scopes) continue;
                var intent = IntentName.Of(operation.OperationId, method, path);
                var capability = new JsonObject
                {
                    [FoundCapability.IntentMember] = intent,
                    ["description"] = operation.Summary ?? operation.Description ?? $"{method} {path}",
                    ["transport"] = "api",
                    ["method"] = method.Method,
                    [FoundCapability.EndpointMember] = path,
                    ["args"] = CapabilityArguments.Of(item, operation),
                    ["side_effects"] = SideEffects(method),
                    ["scopes"] = new JsonArray([.. scopes.Select(static s => (JsonNode)s)]),
                };
                if (operation.OperationId is { } id) capability["operation_id"] = id;
                yield return new FoundCapability(intent, method.Method, path, JsonSerializer.SerializeToElement(capability));
            }
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
