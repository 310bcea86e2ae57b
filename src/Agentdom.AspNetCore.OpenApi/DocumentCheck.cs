using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.AspNetCore.OpenApi;

/// <summary>Checks when the app starts that there is a document. Otherwise the manifest would lack its capabilities.</summary>
internal sealed class DocumentCheck(string documentName) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        if (app.ApplicationServices.GetKeyedService<IOpenApiDocumentProvider>(documentName) is null)
            throw new InvalidOperationException(
                $"The app has no OpenAPI document '{documentName}' for UseOpenApi(\"{documentName}\"). Call "
                + $"builder.Services.AddOpenApi(\"{documentName}\"), or name another document.");
        next(app);
    };
}
