namespace Agentdom.AspNetCore.EntityFrameworkCore;

/// <summary>Finds agents in the app's database.</summary>
internal sealed class EfAgentDirectory(AgentTable agents, SecretColumn secrets, TimeProvider time) : IAgentDirectory
{
    public async ValueTask<RegisteredAgent?> FindAsync(string agentId, CancellationToken cancel) =>
        Agent(await agents.FindAsync(agentId, cancel));

    public async ValueTask<RegisteredAgent?> FindByApiKeyAsync(string apiKeyHash, CancellationToken cancel) =>
        Agent(await agents.FindByApiKeyAsync(apiKeyHash, cancel));

    private RegisteredAgent? Agent(AgentRow? row)
    {
        if (row is null) return null;
        var now = time.GetUtcNow();
        return new RegisteredAgent
        {
            AgentId = row.AgentId,
            DisplayName = row.DisplayName,
            Secrets = [.. secrets.Decrypt(row).Where(secret => secret.IsValidAt(now)).Select(static secret => secret.Secret)],
            Scopes = [.. row.ScopeList],
            DefaultScopes = [.. row.DefaultScopeList],
            ApiKeyHashes = [.. row.ApiKeyHashList],
            MaxTokenLifetime = row.MaxTokenLifetime,
            RequestsPerMinute = row.RequestsPerMinute,
            Disabled = row.Disabled,
            TokensValidFrom = row.TokensValidFrom is { } from ? Moment.Of(from) : null,
        };
    }
}
