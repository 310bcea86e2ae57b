using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace Agentdom.AspNetCore.OpenApi;

/// <summary>Writes the agent scopes that an operation requires into the OpenAPI document, as a security requirement.</summary>
internal sealed class ScopeTransformer : IOpenApiOperationTransformer
{
    /// <summary>The name of the security scheme.</summary>
    internal const string Scheme = AgentTokenDefaults.AuthenticationScheme;

    public Task TransformAsync(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var scopes = AgentScopeRequirement.ScopesIn(MetadataOf(context)).ToList();
        if (scopes.Count == 0 || ScopesOf(operation) is not null) return Task.CompletedTask;
        var document = context.Document!;
        if (document.Components?.SecuritySchemes?.ContainsKey(Scheme) != true)
            document.AddComponent<IOpenApiSecurityScheme>(Scheme, new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                BearerFormat = "JWT",
                Description = "An agent token. The manifest, /.well-known/agentdom.json, says where agents get one.",
            });
        var requirement = new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Scheme, document)] = scopes };
        (operation.Security ??= []).Add(requirement);
        return Task.CompletedTask;
    }

    /// <summary>The agent scopes that an operation of the document requires, or null if it requires none.</summary>
    internal static IReadOnlyList<string>? ScopesOf(OpenApiOperation operation) => operation.Security?
        .SelectMany(static requirement => requirement)
        .Where(static scheme => scheme.Key.Reference.Id == Scheme)
        .Select(static scheme => scheme.Value)
        .FirstOrDefault();

    // The description of a controller's action lacks what was added to MapControllers(), so its endpoint is asked.
    private static IEnumerable<object> MetadataOf(OpenApiOperationTransformerContext context)
    {
        var action = context.Description.ActionDescriptor;
        var endpoints = context.ApplicationServices.GetRequiredService<EndpointDataSource>().Endpoints;
        var found = endpoints.FirstOrDefault(endpoint => endpoint.Metadata.GetMetadata<ActionDescriptor>()?.Id == action.Id);
        return found is null ? action.EndpointMetadata : found.Metadata;
    }
}
