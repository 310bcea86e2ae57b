namespace Agentdom.AspNetCore.EntityFrameworkCore;

/// <summary>Creates, changes and lists agents in the app's database.</summary>
internal sealed class EfAgentStore(AgentTable agents, SecretColumn secrets, TimeProvider time) : IAgentStore
{
    private const int MaxAttempts = 100;
    private const int MaxPauseMilliseconds = 20;
    private const int MaxOverlapDays = 366;

    // Longer than any token is valid.
    private static readonly TimeSpan s_markLifetime = TimeSpan.FromDays(7);

    public async Task<NewAgentSecret?> CreateAsync(
        string agentId, AgentSettings settings, OlderSecret? older = null, CancellationToken cancel = default)
    {
        RequireStorable(agentId, nameof(agentId));
        RequireStorable(settings.DisplayName ?? "", nameof(settings));
        var (now, secret) = (time.GetUtcNow(), SharedSecret.Generate());
        List<StoredSecret> all = [new(secret)];
        if (older is not null && !(older.ExpiresAt <= now)) all.Add(new(older.Secret, older.ExpiresAt?.ToUnixTimeMilliseconds()));
        var agent = new AgentRow
        {
            AgentId = agentId,
            Scopes = "",
            Secrets = secrets.Encrypt(agentId, all),
            CreatedAt = now.ToUnixTimeMilliseconds(),
            ChangedAt = now.ToUnixTimeMilliseconds(),
            Version = Guid.NewGuid(),
        };
        agent.Settings = settings;
        return await TryAddAsync(agent, cancel) ? NewSecret(agent, secret, all) : null;
    }

    public async Task<AgentRecord?> FindAsync(string agentId, CancellationToken cancel = default) =>
        (await agents.FindAsync(agentId, cancel))?.ToRecord();

    public async Task<AgentPage> ListAsync(AgentQuery query, CancellationToken cancel = default)
    {
        if (query.Limit is < 1 or > AgentQuery.MaxLimit)
            throw new ArgumentException($"The limit is 1 to {AgentQuery.MaxLimit}, not {query.Limit}.", nameof(query));
        RequireStorable(query.After ?? "", nameof(query));
        RequireStorable(query.Name ?? "", nameof(query));
        // One more, to know whether there is another page.
        var rows = await agents.ListAsync(query, query.Limit + 1, cancel);
        var page = rows.Take(query.Limit).Select(static row => row.ToRecord()).ToList();
        return new AgentPage(page, rows.Count > page.Count ? page[^1].AgentId : null);
    }

    public async Task<AgentRecord?> ChangeAsync(
        string agentId, Func<AgentSettings, AgentSettings> change, CancellationToken cancel = default) =>
        (await UpdateAsync(
            agentId,
            row =>
            {
                var settings = change(row.Settings);
                RequireStorable(settings.DisplayName ?? "", nameof(change));
                row.Settings = settings;
                return true;
            },
            cancel))?.ToRecord();

    public async Task<NewAgentSecret?> RotateSecretAsync(string agentId, TimeSpan overlap, CancellationToken cancel = default)
    {
        if (overlap < TimeSpan.Zero || overlap > TimeSpan.FromDays(MaxOverlapDays))
            throw new ArgumentException($"The overlap is 0 to {MaxOverlapDays} days, not {overlap}.", nameof(overlap));
        var secret = SharedSecret.Generate();
        List<StoredSecret> all = [];
        var agent = await UpdateAsync(
            agentId,
            row =>
            {
                var now = time.GetUtcNow();
                var end = (now + overlap).ToUnixTimeMilliseconds();
                var older = secrets.Decrypt(row).Select(each => each.EndingBy(end)).Where(each => each.IsValidAt(now));
                all = [new(secret), .. older];
                if (all.Count > RegisteredAgent.MaxSecrets)
                {
                    throw new InvalidOperationException(
                        $"The agent has {RegisteredAgent.MaxSecrets} valid secrets already. Wait until one has expired, or rotate without "
                        + "an overlap, which ends the older ones at once.");
                }
                row.Secrets = secrets.Encrypt(row.AgentId, all);
                return true;
            },
            cancel);
        return agent is null ? null : NewSecret(agent, secret, all);
    }

    public async Task<AgentRecord?> SetDisabledAsync(string agentId, bool disabled, CancellationToken cancel = default) =>
        (await UpdateAsync(
            agentId,
            row =>
            {
                if (row.Disabled == disabled) return false;
                row.Disabled = disabled;
                return true;
            },
            cancel))?.ToRecord();

    public async Task<AgentRecord?> VoidTokensAsync(string agentId, DateTimeOffset? from = null, CancellationToken cancel = default)
    {
        var now = time.GetUtcNow();
        if (from > now) throw new ArgumentException("The moment is in the future.", nameof(from));
        var moment = Moment.NotBefore(from ?? now);
        return (await UpdateAsync(
            agentId,
            row =>
            {
                if (row.TokensValidFrom >= moment) return false;
                row.TokensValidFrom = moment;
                return true;
            },
            cancel))?.ToRecord();
    }

    public async Task<bool> DeleteAsync(string agentId, CancellationToken cancel = default)
    {
        var now = time.GetUtcNow();
        var deleted = await UpdateAsync(
            agentId,
            row =>
            {
                row.Settings = new AgentSettings { Scopes = [] };
                (row.Secrets, row.DeletedAt) = ("", AfterTokensOf(now));
                return true;
            },
            cancel);
        await RemoveOldMarksAsync(now);
        return deleted is not null;
    }

    private async Task<bool> TryAddAsync(AgentRow agent, CancellationToken cancel)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            if (await agents.FindAnyAsync(agent.AgentId, cancel) is not { } there)
            {
                if (await agents.TryAddAsync(agent, cancel)) return true;
                continue;
            }
            if (there.AgentId != agent.AgentId)
            {
                throw new ArgumentException(
                    $"The database takes this id for that of the agent '{Printable.Line(there.AgentId)}'. Choose an id that differs in "
                    + "more than case.",
                    nameof(agent));
            }
            if (there.DeletedAt is null) return false;
            // The older secret may be one that the deleted agent had. A node that had not noticed the deletion may have issued a token
            // after it.
            agent.TokensValidFrom = Math.Max(there.DeletedAt.Value, AfterTokensOf(time.GetUtcNow()));
            if (await agents.TryReplaceAsync(agent, there.Version, cancel)) return true;
        }
        throw TooManyCallers();
    }

    // If another caller was faster, it starts again with the agent as it is then. The change returns false if there is nothing to do.
    private async Task<AgentRow?> UpdateAsync(string agentId, Func<AgentRow, bool> change, CancellationToken cancel)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            if (await agents.FindAsync(agentId, cancel) is not { } row) return null;
            var version = row.Version;
            if (!change(row)) return row;
            DropExpired(row);
            (row.ChangedAt, row.Version) = (time.GetUtcNow().ToUnixTimeMilliseconds(), Guid.NewGuid());
            if (await agents.TryReplaceAsync(row, version, cancel)) return row;
            await Task.Delay(Random.Shared.Next(MaxPauseMilliseconds), cancel);
        }
        throw TooManyCallers();
    }

    private void DropExpired(AgentRow row)
    {
        if (row.DeletedAt is not null) return;
        try
        {
            var (now, all) = (time.GetUtcNow(), secrets.Decrypt(row));
            if (all.Any(secret => !secret.IsValidAt(now)))
                row.Secrets = secrets.Encrypt(row.AgentId, all.Where(secret => secret.IsValidAt(now)));
        }
        catch (IssuerStateException)
        {
            // An agent whose secrets cannot be decrypted can still be disabled.
        }
    }

    // The agent is deleted already, so a failure here is not the caller's. The next deletion tries again.
    private async Task RemoveOldMarksAsync(DateTimeOffset now)
    {
        try
        {
            await agents.RemoveDeletedAsync((now - s_markLifetime).ToUnixTimeMilliseconds(), CancellationToken.None);
        }
        catch (IssuerStateException)
        {
        }
    }

    /// <summary>The first moment after the last token that was issued by then.</summary>
    private static long AfterTokensOf(DateTimeOffset moment) => Moment.NotBefore(moment) + 1;

    private static NewAgentSecret NewSecret(AgentRow agent, string secret, List<StoredSecret> all) => new()
    {
        Agent = agent.ToRecord(),
        Secret = secret,
        OlderSecretsExpireAt = all.Skip(1).Max(static older => older.ExpiresAt) is { } end ? Moment.Of(end) : null,
    };

    private static void RequireStorable(string text, string name)
    {
        if (!AgentText.IsStorable(text))
            throw new ArgumentException("The text has a NUL character or half of a surrogate pair, which databases cannot store.", name);
    }

    private static IssuerStateException TooManyCallers() => new("Too many callers change this agent at the same time. Try again.");
}
