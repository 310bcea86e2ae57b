using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.AspNetCore;

/// <summary>The app's own directory, created for each search, so that it can use scoped services such as a database context.</summary>
internal sealed class ScopedDirectory<TDirectory>(IServiceScopeFactory scopes) : IAgentDirectory
    where TDirectory : class, IAgentDirectory
{
    private static readonly ObjectFactory<TDirectory> s_create = ActivatorUtilities.CreateFactory<TDirectory>([]);

    public ValueTask<RegisteredAgent?> FindAsync(string agentId, CancellationToken cancel) =>
        AskAsync(directory => directory.FindAsync(agentId, cancel));

    public ValueTask<RegisteredAgent?> FindByApiKeyAsync(string apiKeyHash, CancellationToken cancel) =>
        AskAsync(directory => directory.FindByApiKeyAsync(apiKeyHash, cancel));

    private async ValueTask<RegisteredAgent?> AskAsync(Func<TDirectory, ValueTask<RegisteredAgent?>> ask)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await ask(scope.ServiceProvider.GetService<TDirectory>() ?? s_create(scope.ServiceProvider, null));
    }
}
