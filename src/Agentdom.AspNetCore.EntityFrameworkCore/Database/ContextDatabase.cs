using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.AspNetCore.EntityFrameworkCore;

/// <summary>The database of the app's context, however the app has registered it.</summary>
internal sealed class ContextDatabase<TContext>(IServiceScopeFactory scopes) : IssuerDatabase where TContext : DbContext
{
    /// <exception cref="InvalidOperationException">The app has not registered the context.</exception>
    internal override Task<string?> MissingInModelAsync(Type entity) => InContextAsync(context =>
        Task.FromResult(context.Model.FindEntityType(entity) is null ? typeof(TContext).Name : null));

    protected override async Task<T> InContextAsync<T>(Func<DbContext, Task<T>> work)
    {
        await using var scope = scopes.CreateAsyncScope();
        if (scope.ServiceProvider.GetService<TContext>() is { } context) return await work(context);
        var factory = scope.ServiceProvider.GetService<IDbContextFactory<TContext>>() ?? throw new InvalidOperationException(
            $"{typeof(TContext).Name} is not registered. Call services.AddDbContextPool<{typeof(TContext).Name}>(…).");
        await using var own = await factory.CreateDbContextAsync();
        return await work(own);
    }
}
