using Agentdom.AspNetCore;
using Agentdom.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.OpenApi;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Takes the capabilities in the manifest from the app's OpenAPI document.</summary>
public static class OpenApiCapabilityExtensions
{
    /// <summary>
    /// Adds a capability to the manifest for each operation of an OpenAPI document that requires agent scopes. The document says so too:
    /// these operations get a security requirement with their scopes. The app does not start if there is no such document. If it is
    /// called for several documents, an operation that is in more than one of them is one capability.
    /// </summary>
    /// <param name="tokens">What <c>AddAgentTokenIssuer</c> returned.</param>
    /// <param name="documentName">The name of a document that <c>AddOpenApi</c> adds.</param>
    public static AgentTokenIssuerBuilder UseOpenApi(this AgentTokenIssuerBuilder tokens, string documentName = "v1")
    {
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentException.ThrowIfNullOrWhiteSpace(documentName);
#pragma warning disable CA1308 // AddOpenApi writes the names of documents in lower case.
        var name = documentName.ToLowerInvariant();
#pragma warning restore CA1308
        if (tokens.Services.Any(service => service.ServiceType == typeof(OpenApiCapabilities) && Equals(service.ServiceKey, name)))
            return tokens;
        tokens.Services.Configure<OpenApiOptions>(name, static options => options.AddOperationTransformer(new ScopeTransformer()));
        tokens.Services.AddKeyedSingleton(name, (services, _) => new OpenApiCapabilities(services, name));
        tokens.Services.AddSingleton<ICapabilitySource>(services => services.GetRequiredKeyedService<OpenApiCapabilities>(name));
        tokens.Services.AddTransient<IStartupFilter>(_ => new DocumentCheck(name));
        return tokens;
    }
}
