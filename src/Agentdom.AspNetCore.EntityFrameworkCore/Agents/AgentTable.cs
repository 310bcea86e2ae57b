using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Agentdom.AspNetCore.EntityFrameworkCore;

/// <summary>
/// Reads and writes agents. Nothing is tracked, and a change is one statement that also compares the version, so how the app's
/// context tracks changes does not matter.
/// </summary>
internal sealed class AgentTable(IssuerDatabase database)
{
    private readonly ConditionalWeakTable<IModel, Func<DbContext, string, CancellationToken, Task<AgentRow?>>> _find = [];

    /// <summary>Finds an agent, or the mark of a deleted one. A database that ignores case may return another agent.</summary>
    internal async Task<AgentRow?> FindAnyAsync(string agentId, CancellationToken cancel) =>
        AgentText.IsStorable(agentId)
            ? await database.RunAsync((context, stop) => Find(context.Model)(context, agentId, stop), cancel)
            : null;

    /// <summary>Finds exactly this agent.</summary>
    internal async Task<AgentRow?> FindAsync(string agentId, CancellationToken cancel) =>
        await FindAnyAsync(agentId, cancel) is { DeletedAt: null } row && row.AgentId == agentId ? row : null;

    /// <summary>Finds the agent that has an API key.</summary>
    internal async Task<AgentRow?> FindByApiKeyAsync(string hash, CancellationToken cancel)
    {
        var agentId = await database.RunAsync(
            (context, stop) => context.Set<ApiKeyRow>().Where(key => key.Hash == hash).Select(static key => key.AgentId)
                .SingleOrDefaultAsync(stop),
            cancel);
        return agentId is not null && await FindAsync(agentId, cancel) is { } row && row.ApiKeyHashList.Contains(hash) ? row : null;
    }

    /// <summary>Enters an API key into the index, before the agent's row gets it.</summary>
    internal Task AddApiKeyAsync(string hash, string agentId, CancellationToken cancel) => database.WriteAsync(
        async (context, stop) =>
        {
            context.Add(new ApiKeyRow { Hash = hash, AgentId = agentId });
            return await context.SaveChangesAsync(stop);
        },
        cancel);

    /// <summary>Removes API keys of an agent from the index, after its row has lost them.</summary>
    internal Task RemoveApiKeysAsync(string agentId, IReadOnlyList<string> hashes, CancellationToken cancel) => database.WriteAsync(
        (context, stop) => context.Set<ApiKeyRow>().Where(key => key.AgentId == agentId && hashes.Contains(key.Hash))
            .ExecuteDeleteAsync(stop),
        cancel);

    internal Task<List<AgentRow>> ListAsync(AgentQuery query, int limit, CancellationToken cancel) => database.RunAsync(
        (context, stop) => Page(context, query, limit).ToListAsync(stop), cancel);

    internal static IQueryable<AgentRow> Page(DbContext context, AgentQuery query, int limit)
    {
        var rows = Rows(context).Where(static row => row.DeletedAt == null);
#pragma warning disable CA1307, CA1309, CA1310 // Translated to SQL.
        if (query.After is { } after) rows = rows.Where(row => string.Compare(row.AgentId, after) > 0);
        if (query.Disabled is { } disabled) rows = rows.Where(row => row.Disabled == disabled);
        if (query.Name is { } name)
        {
            var part = AgentRow.SearchForm(name);
            rows = rows.Where(row => row.SearchName!.Contains(part));
        }
#pragma warning restore CA1307, CA1309, CA1310
        return rows.OrderBy(static row => row.AgentId).Take(limit);
    }

    /// <returns>False if there is a row with this id.</returns>
    internal Task<bool> TryAddAsync(AgentRow agent, CancellationToken cancel) => database.WriteAsync(
        async (context, stop) =>
        {
            context.Add(agent);
            try
            {
                await context.SaveChangesAsync(stop);
                return true;
            }
            catch (DbUpdateException)
            {
                if (await Rows(context).AnyAsync(row => row.AgentId == agent.AgentId, stop)) return false;
                throw;
            }
        },
        cancel);

    /// <summary>Replaces a row if it still has the version.</summary>
    internal Task<bool> TryReplaceAsync(AgentRow agent, Guid version, CancellationToken cancel) => database.WriteAsync(
        async (context, stop) => await context.Set<AgentRow>()
            .Where(row => row.AgentId == agent.AgentId && row.Version == version)
            .ExecuteUpdateAsync(
                set => set
                    .SetProperty(static row => row.DisplayName, agent.DisplayName)
                    .SetProperty(static row => row.SearchName, agent.SearchName)
                    .SetProperty(static row => row.Scopes, agent.Scopes)
                    .SetProperty(static row => row.DefaultScopes, agent.DefaultScopes)
                    .SetProperty(static row => row.MaxTokenLifetimeSeconds, agent.MaxTokenLifetimeSeconds)
                    .SetProperty(static row => row.RequestsPerMinute, agent.RequestsPerMinute)
                    .SetProperty(static row => row.Disabled, agent.Disabled)
                    .SetProperty(static row => row.TokensValidFrom, agent.TokensValidFrom)
                    .SetProperty(static row => row.CreatedAt, agent.CreatedAt)
                    .SetProperty(static row => row.ChangedAt, agent.ChangedAt)
                    .SetProperty(static row => row.DeletedAt, agent.DeletedAt)
                    .SetProperty(static row => row.Secrets, agent.Secrets)
                    .SetProperty(static row => row.ApiKeyHashes, agent.ApiKeyHashes)
                    .SetProperty(static row => row.Version, agent.Version),
                stop) == 1,
        cancel);

    /// <summary>Removes the marks of agents that were deleted before a moment.</summary>
    internal Task<int> RemoveDeletedAsync(long before, CancellationToken cancel) => database.WriteAsync(
        (context, stop) => context.Set<AgentRow>().Where(row => row.DeletedAt < before).ExecuteDeleteAsync(stop), cancel);

    // Every token request may need this query. A compiled query works with one model only.
    private Func<DbContext, string, CancellationToken, Task<AgentRow?>> Find(IModel model) => _find.GetValue(model, static _ =>
        EF.CompileAsyncQuery(static (DbContext context, string agentId, CancellationToken stop) =>
            context.Set<AgentRow>().AsNoTracking().SingleOrDefault(row => row.AgentId == agentId)));

    private static IQueryable<AgentRow> Rows(DbContext context) => context.Set<AgentRow>().AsNoTracking();
}
