using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.Tests.Support;

/// <summary>A state of any kind that several issuers share, as nodes do.</summary>
internal sealed class SharedState : IAsyncDisposable
{
    private readonly string _folder = TestPaths.NewFolder();
    private readonly InMemoryIssuerState _memory = new();
    private readonly string _kind;
    private RedisServer? _redis;
    private AppDatabase? _database;

    private SharedState(string kind) => _kind = kind;

    /// <summary>The kinds, for a theory.</summary>
    internal static TheoryData<string> Kinds => ["memory", "sqlite", "redis", "ef-sqlite", "ef-postgres"];

    internal static async Task<SharedState> StartAsync(string kind)
    {
        var state = new SharedState(kind);
        if (kind == "redis") state._redis = await RedisServer.StartAsync();
        if (kind.Split('-') is ["ef", var database]) state._database = await AppDatabase.CreateAsync(database);
        return state;
    }

    internal void AddTo(IServiceCollection services)
    {
        if (_database is not null) _database.AddTo(services);
        else if (_redis is not null) services.AddAgentTokenIssuer(_ => { }).UseRedis(_redis.Address);
        else if (_kind == "sqlite") services.AddAgentTokenIssuer(_ => { }).UseSqlite(Path.Combine(_folder, "state.db"));
        else services.AddSingleton<IIssuerState>(_memory);
    }

    public async ValueTask DisposeAsync()
    {
        if (_redis is not null) await _redis.DisposeAsync();
        if (_database is not null) await _database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
