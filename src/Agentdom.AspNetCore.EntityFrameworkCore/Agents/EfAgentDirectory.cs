namespace Agentdom.AspNetCore.EntityFrameworkCore;

/// <summary>Finds agents in the app's database.</summary>
internal sealed class EfAgentDirectory(AgentTable agents, SecretColumn secrets, TimeProvider time) : IAgentDirectory
{
    public async ValueTask<RegisteredAgent?> FindAsync(string agentId, CancellationToken cancel)
    {
        if (await agents.FindAsync(agentId, cancel) is not { } row) return null;
        var now = time.GetUtcNow();
        return new RegisteredAgent
        {
            AgentId = row.AgentId,
            DisplayName = row.DisplayName,
            Secrets = [.. secrets.Decrypt(row).Where(secret => secret.IsValidAt(now)).Select(static secret => secret.Secret)],
            Scopes = [.. row.ScopeList],
            MaxTokenLifetime = row.MaxTokenLifetime,
            RequestsPerMinute = row.RequestsPerMinute,
            Disabled = row.Disabled,
            TokensValidFrom = row.TokensValidFrom is { } from ? Moment.Of(from) : null,
        };
    }
}
