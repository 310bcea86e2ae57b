using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;

namespace Agentdom.AspNetCore.EntityFrameworkCore;

/// <summary>Reads and writes the managed tokens of agents. A change is one statement that also compares the version.</summary>
internal sealed class ManagedTokenRows(IssuerDatabase database)
{
    internal async Task<ManagedTokenSet?> FindAsync(string agentId, CancellationToken cancel)
    {
        var agent = Key(agentId);
        var row = await database.RunAsync(
            (context, stop) => context.Set<ManagedTokenRow>().AsNoTracking().SingleOrDefaultAsync(row => row.Agent == agent, stop), cancel);
        return row is null ? null : new ManagedTokenSet(row.Version, row.Content, DateTimeOffset.FromUnixTimeMilliseconds(row.Until));
    }

    internal Task<bool> TryReplaceAsync(string agentId, Guid? version, ManagedTokenSet? replacement, CancellationToken cancel)
    {
        var agent = Key(agentId);
        return database.WriteAsync(
            (context, stop) => (version, replacement) switch
            {
                ({ } old, null) => RemoveAsync(context, agent, old, stop),
                ({ } old, { } set) => ChangeAsync(context, agent, old, set, stop),
                (null, { } set) => TryAddAsync(context, agent, set, stop),
                _ => Task.FromResult(true),
            },
            cancel);
    }

    private static async Task<bool> RemoveAsync(DbContext context, byte[] agent, Guid version, CancellationToken stop) =>
        await context.Set<ManagedTokenRow>().Where(row => row.Agent == agent && row.Version == version).ExecuteDeleteAsync(stop) == 1;

    private static async Task<bool> ChangeAsync(
        DbContext context, byte[] agent, Guid version, ManagedTokenSet set, CancellationToken stop)
    {
        var until = set.Until.ToUnixTimeMilliseconds();
        return await context.Set<ManagedTokenRow>().Where(row => row.Agent == agent && row.Version == version).ExecuteUpdateAsync(
            update => update
                .SetProperty(static row => row.Version, set.Version)
                .SetProperty(static row => row.Until, until)
                .SetProperty(static row => row.Content, set.Content),
            stop) == 1;
    }

    private static async Task<bool> TryAddAsync(DbContext context, byte[] agent, ManagedTokenSet set, CancellationToken stop)
    {
        context.Add(new ManagedTokenRow
        {
            Agent = agent,
            Version = set.Version,
            Until = set.Until.ToUnixTimeMilliseconds(),
            Content = set.Content,
        });
        try
        {
            await context.SaveChangesAsync(stop);
            return true;
        }
        catch (DbUpdateException)
        {
            if (await context.Set<ManagedTokenRow>().AnyAsync(row => row.Agent == agent, stop)) return false;
            throw;
        }
    }

    private static byte[] Key(string agentId) => SHA256.HashData(Encoding.UTF8.GetBytes(agentId));
}
