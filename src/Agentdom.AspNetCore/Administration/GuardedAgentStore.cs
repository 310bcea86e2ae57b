using Microsoft.Extensions.Logging;

namespace Agentdom.AspNetCore;

/// <summary>
/// The store that the app gets. It checks what it is given, makes changes apply on this node at once, and audits each change and each
/// refused one.
/// </summary>
internal sealed class GuardedAgentStore(
    IAgentStore store, CurrentIssuer current, AdministrationAudit audit, TimeProvider time, ILogger<GuardedAgentStore> log,
    CachedDirectory? directory = null) : IAgentStore
{
    private readonly Outage _outage = new(log);

    internal AdministrationAudit Audit => audit;

    public Task<NewAgentSecret?> CreateAsync(
        string agentId, AgentSettings settings, OlderSecret? older = null, CancellationToken cancel = default) =>
        ChangeAsync(
            AgentChange.Create, agentId, AdministrationOutcome.Exists, static created => created.Agent,
            () =>
            {
                Rules().CheckNew(agentId, settings, older);
                return IsListed(agentId)
                    ? Task.FromResult<NewAgentSecret?>(null)
                    : WatchAsync(() => store.CreateAsync(agentId, settings, older, cancel));
            });

    public Task<AgentRecord?> FindAsync(string agentId, CancellationToken cancel = default) =>
        Known(agentId, () => store.FindAsync(agentId, cancel));

    public Task<AgentPage> ListAsync(AgentQuery query, CancellationToken cancel = default)
    {
        if (query.Limit is < 1 or > AgentQuery.MaxLimit) throw new ArgumentException($"The limit is 1 to {AgentQuery.MaxLimit}.");
        return WatchAsync(() => store.ListAsync(query, cancel));
    }

    public Task<AgentRecord?> ChangeAsync(
        string agentId, Func<AgentSettings, AgentSettings> change, CancellationToken cancel = default) =>
        ChangeAsync(AgentChange.Change, agentId, () => store.ChangeAsync(agentId, old => Rules().Checked(change(old)), cancel));

    public Task<NewAgentSecret?> RotateSecretAsync(string agentId, TimeSpan overlap, CancellationToken cancel = default) =>
        ChangeAsync(
            AgentChange.Rotate, agentId, AdministrationOutcome.Unknown, static rotated => rotated.Agent,
            () =>
            {
                AgentRules.CheckOverlap(overlap);
                return Known(agentId, () => store.RotateSecretAsync(agentId, overlap, cancel));
            });

    public Task<NewAgentApiKey?> CreateApiKeyAsync(string agentId, CancellationToken cancel = default) =>
        ChangeAsync(
            AgentChange.CreateApiKey, agentId, AdministrationOutcome.Unknown, static created => created.Agent,
            () => Known(agentId, () => store.CreateApiKeyAsync(agentId, cancel)));

    public Task<AgentRecord?> EndApiKeyAsync(string agentId, string apiKeyId, CancellationToken cancel = default) =>
        ChangeAsync(
            AgentChange.EndApiKey, agentId, AdministrationOutcome.UnknownApiKey, static agent => agent,
            () =>
            {
                AgentRules.CheckApiKeyId(apiKeyId);
                return Known(agentId, () => store.EndApiKeyAsync(agentId, apiKeyId, cancel));
            });

    public Task<AgentRecord?> SetDisabledAsync(string agentId, bool disabled, CancellationToken cancel = default) =>
        ChangeAsync(
            disabled ? AgentChange.Disable : AgentChange.Enable, agentId, () => store.SetDisabledAsync(agentId, disabled, cancel));

    public Task<AgentRecord?> VoidTokensAsync(string agentId, DateTimeOffset? from = null, CancellationToken cancel = default) =>
        ChangeAsync(
            AgentChange.VoidTokens, agentId,
            () =>
            {
                Rules().CheckMoment(from);
                return store.VoidTokensAsync(agentId, from, cancel);
            });

    public async Task<bool> DeleteAsync(string agentId, CancellationToken cancel = default) =>
        await ChangeAsync(
            AgentChange.Delete, agentId, AdministrationOutcome.Unknown, static _ => null,
            () => Known(agentId, async () => await store.DeleteAsync(agentId, cancel) ? "deleted" : null)) is not null;

    private Task<AgentRecord?> ChangeAsync(string change, string agentId, Func<Task<AgentRecord?>> make) =>
        ChangeAsync(change, agentId, AdministrationOutcome.Unknown, static agent => agent, () => Known(agentId, make));

    /// <param name="change">One of <see cref="AgentChange"/>.</param>
    /// <param name="agentId">The agent's id.</param>
    /// <param name="ifNone">What it means if the store returns null.</param>
    /// <param name="agentOf">The agent after the change.</param>
    /// <param name="make">Makes the change.</param>
    private async Task<T?> ChangeAsync<T>(
        string change, string agentId, string ifNone, Func<T, AgentRecord?> agentOf, Func<Task<T?>> make) where T : class
    {
        try
        {
            // To a new agent, the id is taken.
            if (change != AgentChange.Create && IsListed(agentId)) throw new ListedAgentException();
            var result = await make();
            if (result is null) audit.Refused(change, agentId, ifNone);
            else audit.Changed(change, agentId, agentOf(result)?.Settings.Scopes ?? []);
            return result;
        }
        catch (Exception e)
        {
            audit.Refused(change, agentId, AdministrationOutcome.Of(change, e));
            throw;
        }
        finally
        {
            // After a failure too, because the store may have made the change.
            directory?.Forget(agentId);
        }
    }

    private async Task<T> WatchAsync<T>(Func<Task<T>> call) => await _outage.WatchAsync(async () => await call());

    // An answer without the store says nothing about an outage of the store.
    private Task<T?> Known<T>(string agentId, Func<Task<T?>> call) where T : class =>
        AgentIdRule.IsStorable(agentId) ? WatchAsync(call) : Task.FromResult<T?>(null);

    private bool IsListed(string agentId) => current.Options.Agents.Any(agent => agent.AgentId == agentId);

    private AgentRules Rules() => new(current.Options, time.GetUtcNow());
}
