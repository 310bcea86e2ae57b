using Microsoft.EntityFrameworkCore;

namespace Agentdom.AspNetCore.EntityFrameworkCore;

/// <summary>The app's database. Each unit of work has a context of its own and a time limit.</summary>
internal abstract class IssuerDatabase : IDisposable
{
    /// <summary>The longest time that a caller waits.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    private const string Sqlite = "Microsoft.EntityFrameworkCore.Sqlite";

    // A provider may need time to notice that it is cancelled: Npgsql waits two seconds for the server to confirm it.
    private static readonly TimeSpan s_cancelAfter = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Does a unit of work. If it takes too long, it is cancelled, and whether it is done is unknown.</summary>
    /// <exception cref="IssuerStateException">The work has failed. The message contains the reason.</exception>
    internal async Task<T> RunAsync<T>(Func<DbContext, CancellationToken, Task<T>> work, CancellationToken cancel)
    {
        try
        {
            return await LimitedAsync(work, cancel).WaitAsync(Patience, cancel);
        }
        catch (Exception e) when (!cancel.IsCancellationRequested && e is not IssuerStateException)
        {
            throw DatabaseFailure.Of(e);
        }
    }

    /// <summary>
    /// Does a unit of work that writes. SQLite has one writer at a time, and does not queue those that wait for it: without turns, an
    /// administrator's change could not get past the requests of busy agents.
    /// </summary>
    /// <exception cref="IssuerStateException">The work has failed. The message contains the reason.</exception>
    internal Task<T> WriteAsync<T>(Func<DbContext, CancellationToken, Task<T>> work, CancellationToken cancel) => RunAsync(
        async (context, stop) =>
        {
            if (context.Database.ProviderName != Sqlite) return await work(context, stop);
            await _turn.WaitAsync(stop);
            try
            {
                return await work(context, stop);
            }
            finally
            {
                _turn.Release();
            }
        },
        cancel);

    public void Dispose()
    {
        _turn.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The name of the context, if its model does not have an entity type; else null.</summary>
    internal abstract Task<string?> MissingInModelAsync(Type entity);

    /// <summary>Calls with a context in a scope of its own.</summary>
    protected abstract Task<T> InContextAsync<T>(Func<DbContext, Task<T>> work);

    private async Task<T> LimitedAsync<T>(Func<DbContext, CancellationToken, Task<T>> work, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        return await InContextAsync(context =>
        {
            context.Database.SetCommandTimeout(s_cancelAfter);
            limit.CancelAfter(s_cancelAfter);
            return new OnceStrategy(context).ExecuteAsync(stop => work(context, stop), limit.Token);
        });
    }
}
