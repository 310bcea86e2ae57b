using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;

namespace Agentdom.AspNetCore.EntityFrameworkCore;

/// <summary>Does not let the app start without the tables. If the database is only down, the app starts.</summary>
internal sealed class TableCheck(IssuerDatabase database) : IHostedService
{
    /// <exception cref="IssuerStateException">The tables are missing. The message says what to do.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (await database.MissingInModelAsync(typeof(AgentRow)) is { } context)
        {
            throw new IssuerStateException(
                $"The model of {context} does not have the issuer's tables. Call modelBuilder.UseAgentdom() in its OnModelCreating, and "
                + "add a migration.");
        }
        try
        {
            await database.RunAsync(ReadAsync, cancellationToken);
        }
        catch (IssuerStateException e)
        {
            // A database that does not answer says nothing about its tables.
            if (DatabaseFailure.IsTimeout(e.InnerException) || !await CanConnectAsync(cancellationToken)) return;
            throw new IssuerStateException(
                $"{e.Message} Add a migration (dotnet ef migrations add Agentdom) and apply it before the app starts.", e.InnerException);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // Whole rows, so that a missing column is noticed too.
    private static async Task<bool> ReadAsync(DbContext context, CancellationToken stop)
    {
        await context.Set<AgentRow>().AsNoTracking().OrderBy(static row => row.AgentId).FirstOrDefaultAsync(stop);
        await context.Set<ApiKeyRow>().AsNoTracking().OrderBy(static row => row.Hash).FirstOrDefaultAsync(stop);
        await context.Set<SignatureRow>().AsNoTracking().OrderBy(static row => row.Until).FirstOrDefaultAsync(stop);
        await context.Set<RevocationRow>().AsNoTracking().OrderBy(static row => row.Until).FirstOrDefaultAsync(stop);
        await context.Set<ForgottenRow>().AsNoTracking().OrderBy(static row => row.Source).FirstOrDefaultAsync(stop);
        await context.Set<ManagedTokenRow>().AsNoTracking().OrderBy(static row => row.Until).FirstOrDefaultAsync(stop);
        return true;
    }

    private async Task<bool> CanConnectAsync(CancellationToken cancel)
    {
        try
        {
            return await database.RunAsync(static (context, stop) => context.Database.CanConnectAsync(stop), cancel);
        }
        catch (IssuerStateException)
        {
            return false;
        }
    }
}
