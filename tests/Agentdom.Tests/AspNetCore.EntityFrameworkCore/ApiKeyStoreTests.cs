using Agentdom.AspNetCore;
using Agentdom.AspNetCore.EntityFrameworkCore;
using Agentdom.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.Tests.AspNetCoreEntityFrameworkCore;

/// <summary>API keys of agents in the app's database, on each kind of database.</summary>
public sealed class ApiKeyStoreTests : IAsyncDisposable
{
    private static readonly AgentSettings s_settings = new() { Scopes = ["data.read", "data.write"], DefaultScopes = ["data.write"] };

    private readonly List<IAsyncDisposable> _opened = [];
    private AppDatabase _database = null!;

    public static TheoryData<string> Kinds => [AppDatabase.Sqlite, AppDatabase.Postgres];

    public async ValueTask DisposeAsync()
    {
        foreach (var opened in Enumerable.Reverse(_opened)) await opened.DisposeAsync();
        if (_database is not null) await _database.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task AKeyIsShownOnceAndFindsItsAgent(string kind)
    {
        var (store, directory) = await OpenAsync(kind);
        await store.CreateAsync("a", s_settings);
        await store.CreateAsync("b", s_settings);

        var created = (await store.CreateApiKeyAsync("a"))!;
        var hash = AgentApiKey.HashOf(created.ApiKey);
        Assert.Matches("^atpk_[A-Za-z0-9_-]{43}$", created.ApiKey);
        Assert.Equal([created.ApiKeyId], created.Agent.ApiKeyIds);
        Assert.Equal([created.ApiKeyId], (await store.FindAsync("a"))!.ApiKeyIds);
        var found = (await directory.FindByApiKeyAsync(hash, default))!;
        Assert.Equal("a", found.AgentId);
        Assert.Equal([hash], found.ApiKeyHashes);
        Assert.Equal(["data.write"], found.DefaultScopes);
        Assert.Single(found.Secrets);
        Assert.Equal([hash], (await directory.FindAsync("a", default))!.ApiKeyHashes);
        Assert.Null(await directory.FindByApiKeyAsync(AgentApiKey.HashOf("another"), default));

        var raw = await _database.RawAsync();
        Assert.Contains(hash, raw, StringComparison.Ordinal);
        Assert.DoesNotContain(created.ApiKey[5..], raw, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task AnAgentHasAtMostFourKeysHoweverManyAreCreatedAtOnce(string kind)
    {
        var (store, directory) = await OpenAsync(kind);
        var (other, _) = Node();
        await store.CreateAsync("a", s_settings);

        var created = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Task.Run(async () =>
        {
            try
            {
                return await (i % 2 == 0 ? store : other).CreateApiKeyAsync("a");
            }
            catch (InvalidOperationException e)
            {
                Assert.Contains("has 4 API keys already", e.Message);
                return null;
            }
        })));

        var keys = created.OfType<NewAgentApiKey>().ToList();
        Assert.Equal(4, keys.Count);
        Assert.Equal(keys.Select(static key => key.ApiKeyId).Order(), (await store.FindAsync("a"))!.ApiKeyIds.Order());
        foreach (var key in keys) Assert.NotNull(await directory.FindByApiKeyAsync(AgentApiKey.HashOf(key.ApiKey), default));
        await using var context = _database.Open();
        Assert.Equal(4, await context.Set<ApiKeyRow>().CountAsync());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task AKeyThatIsEndedFindsNobodyAndTheOthersStay(string kind)
    {
        var (store, directory) = await OpenAsync(kind);
        await store.CreateAsync("a", s_settings);
        await store.CreateAsync("b", s_settings);
        var (first, second) = ((await store.CreateApiKeyAsync("a"))!, (await store.CreateApiKeyAsync("a"))!);
        Assert.Equal([second.ApiKeyId, first.ApiKeyId], second.Agent.ApiKeyIds);

        Assert.Null(await store.EndApiKeyAsync("a", "0123456789abcdef"));
        Assert.Null(await store.EndApiKeyAsync("b", first.ApiKeyId));
        Assert.Null(await store.EndApiKeyAsync("nobody", first.ApiKeyId));
        Assert.Equal([second.ApiKeyId], (await store.EndApiKeyAsync("a", first.ApiKeyId))!.ApiKeyIds);
        Assert.Null(await store.EndApiKeyAsync("a", first.ApiKeyId));

        Assert.Null(await directory.FindByApiKeyAsync(AgentApiKey.HashOf(first.ApiKey), default));
        Assert.NotNull(await directory.FindByApiKeyAsync(AgentApiKey.HashOf(second.ApiKey), default));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task TheKeysOfADeletedAgentAreGoneAlsoIfItIsCreatedAgain(string kind)
    {
        var (store, directory) = await OpenAsync(kind);
        await store.CreateAsync("a", s_settings);
        var key = (await store.CreateApiKeyAsync("a"))!;
        Assert.Null(await store.CreateApiKeyAsync("nobody"));

        Assert.True(await store.DeleteAsync("a"));
        Assert.Null(await directory.FindByApiKeyAsync(AgentApiKey.HashOf(key.ApiKey), default));
        Assert.Null(await store.CreateApiKeyAsync("a"));
        await store.CreateAsync("a", s_settings);

        Assert.Empty((await store.FindAsync("a"))!.ApiKeyIds);
        Assert.Null(await directory.FindByApiKeyAsync(AgentApiKey.HashOf(key.ApiKey), default));
        await using var context = _database.Open();
        Assert.Empty(await context.Set<ApiKeyRow>().ToListAsync());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task OtherChangesLeaveTheKeys(string kind)
    {
        var (store, _) = await OpenAsync(kind);
        await store.CreateAsync("a", s_settings);
        var key = (await store.CreateApiKeyAsync("a"))!;
        await store.RotateSecretAsync("a", TimeSpan.Zero);
        await store.ChangeAsync("a", static old => old with { DefaultScopes = [] });
        await store.SetDisabledAsync("a", true);
        var agent = (await store.VoidTokensAsync("a"))!;

        Assert.Equal([key.ApiKeyId], agent.ApiKeyIds);
        Assert.Empty(agent.Settings.DefaultScopes);
    }

    private async Task<(IAgentStore Store, IAgentDirectory Directory)> OpenAsync(string kind)
    {
        _database = await AppDatabase.CreateAsync(kind);
        return Node();
    }

    private (IAgentStore Store, IAgentDirectory Directory) Node()
    {
        var services = _database.Services();
        _opened.Add(services);
        // Without the checks of the service, which are the same for every store.
        return (ActivatorUtilities.CreateInstance<EfAgentStore>(services), ActivatorUtilities.CreateInstance<EfAgentDirectory>(services));
    }
}
