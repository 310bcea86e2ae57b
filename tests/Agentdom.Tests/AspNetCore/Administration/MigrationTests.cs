using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using Agentdom.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.Tests.AspNetCore;

/// <summary>The way of docs/provider.md from one shared secret to registered agents, while the agents send requests continuously.</summary>
public sealed class MigrationTests : IDisposable
{
    private const string Shared = "the secret that all agents share until now";

    private static readonly string[] s_agents = ["A", "B", "C"];

    private readonly ReloadableSettings _settings = new();
    private readonly Dictionary<string, string> _secrets = s_agents.ToDictionary(static id => id, static _ => Shared);
    private readonly CancellationTokenSource _ended = new();
    private int _succeeded;

    [Fact]
    public async Task NoRequestFailsOnTheWayFromOneSharedSecretToRegisteredAgents()
    {
        Set(("Secrets:0", Shared), ("AllowUnregisteredAgents", "true"), ("TokenLifetime", "00:00:03"));
        await using var issuer = await AdministeredIssuer.StartAsync(
            static o => o.Limits.RequestsPerMinutePerAgent = o.Limits.RequestsPerMinutePerAddress = null,
            services => services.AddAgentTokenIssuer(_settings.Section("AgentTokens")), addSecret: false);
        var agents = s_agents.Select(id => RunAsync(issuer, id)).ToArray();
        await MoreAsync(agents);
        var derived = await issuer.TokenAsync("X", Shared);

        // 1. The provider's own keys sign tokens. For one token lifetime, the keys that were in use until now are accepted too.
        Set(("SigningKeys:0", Convert.ToBase64String(RandomBytes.Make(32))), ("AcceptDerivedSigningKeys", "true"));
        Assert.Equal(200, await issuer.UseAsync(derived));
        await MoreAsync(agents);
        while (await issuer.UseAsync(derived) == 200) await Task.Delay(50);
        Set(("AcceptDerivedSigningKeys", "false"));
        await MoreAsync(agents);

        // 2. Each agent is registered with a secret of its own, beside the shared one.
        var end = DateTimeOffset.UtcNow.AddSeconds(15);
        var own = new Dictionary<string, string>();
        foreach (var id in s_agents)
        {
            var registered = await issuer.CallAsync("POST", "", $$"""
                {"agent_id":"{{id}}","scopes":["data.read"],"older_secret":"{{Shared}}",
                 "older_secret_expires_at":"{{end.ToString("o", CultureInfo.InvariantCulture)}}"}
                """, 201);
            own.Add(id, registered.Text("secret")!);
            await MoreAsync(agents);
        }

        // 3. Its owner gives it the new secret.
        foreach (var id in s_agents)
        {
            lock (_secrets) _secrets[id] = own[id];
            await MoreAsync(agents);
        }
        Assert.InRange(DateTimeOffset.UtcNow, default, end);

        // 4. The shared secret ends for the registered agents.
        foreach (var id in s_agents)
        {
            while (await issuer.RequestAsync(id, Shared) == 200) await Task.Delay(50);
        }
        await MoreAsync(agents);
        Assert.Equal(200, await issuer.RequestAsync("X", Shared));

        // 5. Other agents are refused, and nobody can use the shared secret any more.
        Set(("AllowUnregisteredAgents", "false"), ("Secrets:0", null));
        await MoreAsync(agents);
        _ended.Cancel();
        await Task.WhenAll(agents);
        Assert.Equal(401, await issuer.RequestAsync("X", Shared));
        foreach (var id in s_agents) Assert.Equal(401, await issuer.RequestAsync(id, Shared));
    }

    [Fact]
    public async Task NodesThatReloadOneAfterTheOtherAcceptEachOthersTokens()
    {
        var (derived, own) = (await DerivedKeyAsync(), Convert.ToBase64String(RandomBytes.Make(32)));
        ReloadableSettings[] settings = [_settings, new()];
        foreach (var node in settings) node.Change(("AgentTokens:Secrets:0", Shared));
        await using var first = await NodeAsync(settings[0]);
        await using var second = await NodeAsync(settings[1]);
        TestIssuer[] nodes = [first, second];
        var before = await Wire.TokenAsync(first, TestIssuer.Body(), Shared);
        await AssertAllAcceptAsync();

        await ChangeAsync(("SigningKeys:0", derived), ("SigningKeys:1", own), ("AcceptDerivedSigningKeys", "true"));
        await ChangeAsync(("SigningKeys:0", own), ("SigningKeys:1", null));
        foreach (var node in nodes) Assert.True(await Wire.IsValidAsync(node, before));
        await ChangeAsync(("AcceptDerivedSigningKeys", "false"));
        foreach (var node in nodes) await Wire.AssertNotValidAsync(node, before);

        async Task ChangeAsync(params (string Key, string? Value)[] changes)
        {
            foreach (var node in settings)
            {
                node.Change([.. changes.Select(static c => ($"AgentTokens:{c.Key}", c.Value))]);
                await AssertAllAcceptAsync();
            }
        }

        async Task AssertAllAcceptAsync()
        {
            foreach (var node in nodes)
            {
                var token = await Wire.TokenAsync(node, TestIssuer.Body(), Shared);
                foreach (var other in nodes) Assert.True(await Wire.IsValidAsync(other, token));
            }
        }
    }

    public void Dispose() => _ended.Dispose();

    private static Task<TestIssuer> NodeAsync(ReloadableSettings settings) => TestIssuer.StartAsync(
        services: s => s.AddAgentTokenIssuer(settings.Section("AgentTokens")), addSecret: false);

    // With the command of docs/provider.md.
    private static async Task<string> DerivedKeyAsync()
    {
        var page = await File.ReadAllLinesAsync(Path.Combine(TestPaths.RepositoryRoot, "docs", "provider.md"));
        using var runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        runspace.Open();
        using var shell = PowerShell.Create(runspace);
        shell.AddScript($"$secret = '{Shared}'\n{page.Single(static line => line.Contains("HKDF]::DeriveKey"))}");
        return (string)Assert.Single(shell.Invoke()).BaseObject;
    }

    // An agent uses each token a while longer, after it has requested the next one.
    private async Task RunAsync(AdministeredIssuer issuer, string id)
    {
        string? previous = null;
        while (!_ended.IsCancellationRequested)
        {
            string secret;
            lock (_secrets) secret = _secrets[id];
            var token = await issuer.TokenAsync(id, secret);
            Assert.Equal(200, await issuer.UseAsync(token));
            if (previous is not null) Assert.Equal(200, await issuer.UseAsync(previous));
            previous = token;
            Interlocked.Increment(ref _succeeded);
        }
    }

    // Waits until each agent has sent more requests, including the pending ones.
    private async Task MoreAsync(Task[] agents)
    {
        var enough = Volatile.Read(ref _succeeded) + 20;
        while (Volatile.Read(ref _succeeded) < enough && !agents.Any(static a => a.IsCompleted)) await Task.Delay(10);
        if (agents.FirstOrDefault(static a => a.IsCompleted) is { } failed) await failed;
    }

    private void Set(params (string Key, string? Value)[] settings) =>
        _settings.Change([.. settings.Select(static s => ($"AgentTokens:{s.Key}", s.Value))]);
}
