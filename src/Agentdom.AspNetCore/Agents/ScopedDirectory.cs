using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.AspNetCore;

/// <summary>The app's own directory, created for each search, so that it can use scoped services such as a database context.</summary>
internal sealed class ScopedDirectory<TDirectory>(IServiceScopeFactory scopes) : IAgentDirectory
    where TDirectory : class, IAgentDirectory
{
    private static readonly ObjectFactory<TDirectory> s_create = ActivatorUtilities.CreateFactory<TDirectory>([]);

    public async ValueTask<RegisteredAgent?> FindAsync(string agentId, CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var directory = scope.ServiceProvider.GetService<TDirectory>() ?? s_create(scope.ServiceProvider, null);
        return await directory.FindAsync(agentId, cancel);
    }
}
