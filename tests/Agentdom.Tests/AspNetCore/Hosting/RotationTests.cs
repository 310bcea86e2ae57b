using Agentdom.AspNetCore;
using Agentdom.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Agentdom.Tests.AspNetCore;

/// <summary>Secrets that change while the issuer runs.</summary>
public sealed class RotationTests : IDisposable
{
    private const string Old = "the old secret of more than 32 bytes";
    private const string New = "the new secret of more than 32 bytes";

    private readonly ReloadableSettings _settings = new();
    private readonly LogCapture _log = new();

    [Fact]
    public async Task ANewSecretIsAcceptedWhileTheOldOneStaysValid()
    {
        await using var issuer = await StartAsync(Old);
        var before = await TokenAsync(issuer, Old);
        Assert.Equal(401, await AskAsync(issuer, New));

        Rotate(New, Old);

        Assert.Equal(200, await AskAsync(issuer, Old));
        Assert.Equal(200, (int)(await issuer.GetDataAsync(before)).StatusCode);
        var after = await TokenAsync(issuer, New);
        Assert.NotEqual(KeyId(before), KeyId(after));
        Assert.Equal(KeyId(after), KeyId(await TokenAsync(issuer, Old)));
    }

    [Fact]
    public async Task ARemovedSecretIsNoLongerAccepted()
    {
        await using var issuer = await StartAsync(Old);
        var before = await TokenAsync(issuer, Old);

        Rotate(New);

        Assert.Equal(401, await AskAsync(issuer, Old));
        Assert.Equal(401, (int)(await issuer.GetDataAsync(before)).StatusCode);
    }

    [Fact]
    public async Task WhatWasAcceptedBeforeAChangeIsAReplayAfterIt()
    {
        await using var issuer = await StartAsync(Old);
        var body = TestIssuer.Signed(TestIssuer.Body(), Old);
        await issuer.RequestTokenAsync(body);

        Rotate(New, Old);

        using var again = await issuer.RequestTokenAsync(body);
        Assert.Equal("replayed_request", (await TestIssuer.ReadAsync(again)).Text("error"));
    }

    [Theory]
    [InlineData("AgentTokens:Secrets:0", "a short secret")]
    [InlineData("AgentTokens:Secrets:0", null)]
    [InlineData("AgentTokens:Scopes:0", "no scope")]
    [InlineData("AgentTokens:TokenLifetime", "an hour")]
    [InlineData("AgentTokens:SigningKeys:0", "neither base64 nor fit to be seen")]
    [InlineData("AgentTokens:SigningKey", "a key in the setting of before, unseen")]
    public async Task AWrongChangeChangesNothingAndIsReported(string key, string? value)
    {
        await using var issuer = await StartAsync(Old);
        _settings.Change((key, value));

        Assert.Equal(200, await AskAsync(issuer, Old));
        var entry = Assert.Single(_log.Of("Agentdom.AspNetCore.CurrentIssuer"), e => e.Id != 2005);
        Assert.Equal((2002, LogLevel.Error), (entry.Id, entry.Level));
        if (value is not (null or "no scope")) Assert.DoesNotContain(value, _log.AllText);
        Assert.DoesNotContain(Old, _log.AllText);
    }

    [Fact]
    public async Task AChangeIsLoggedWithoutTheSecrets()
    {
        await using var issuer = await StartAsync(Old);
        Rotate(New, Old);

        var entry = Assert.Single(_log.Of("Agentdom.AspNetCore.CurrentIssuer"), e => e.Id != 2005);
        Assert.Equal(KeyId(await TokenAsync(issuer, New)), entry.Values["KeyId"]);
        Assert.Equal(2, entry.Values["SecretCount"]);
        Assert.DoesNotContain(New, _log.AllText);
    }

    [Fact]
    public async Task TheManifestFollowsAChange()
    {
        await using var issuer = await StartAsync(Old);
        _settings.Change(("AgentTokens:Scopes:0", "data.erase"));

        using var manifest = await issuer.GetAsync("/.well-known/agentdom.json");
        Assert.Contains("data.erase", await manifest.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task OfTwoChangesAtOnceTheLaterCounts()
    {
        const string Kept = "a secret of another store, which is kept";
        var other = new ReloadableSettings();
        other.Change(("AgentTokens:Secrets:0", Kept));
        using var isTold = new ManualResetEventSlim();
        using var mayGoOn = new ManualResetEventSlim();
        Rotate(Old);
        await using var issuer = await TestIssuer.StartAsync(
            services: s =>
            {
                s.AddAgentTokenIssuer(other.Section("AgentTokens"));
                s.AddAgentTokenIssuer(_settings.Section("AgentTokens")).UseState(app =>
                {
                    // Called before the issuer's own callback, because the state is created first. It only delays the first change.
                    app.GetRequiredService<IOptionsMonitor<AgentTokenIssuerOptions>>().OnChange(_ =>
                    {
                        if (isTold.IsSet) return;
                        isTold.Set();
                        mayGoOn.Wait();
                    });
                    return new InMemoryIssuerState();
                });
            },
            addSecret: false);

        var earlier = Task.Run(() => other.Change(("AgentTokens:TokenLifetime", "00:30:00")), TestContext.Current.CancellationToken);
        isTold.Wait(TestContext.Current.CancellationToken);
        Rotate(New);
        mayGoOn.Set();
        await earlier;

        Assert.Equal(401, await AskAsync(issuer, Old));
        Assert.Equal(200, await AskAsync(issuer, New));
    }

    [Fact]
    public async Task AChangeBetweenReadingTheOptionsAndSubscribingIsNotMissed()
    {
        Rotate(Old);
        await using var issuer = await TestIssuer.StartAsync(
            services: s =>
            {
                s.AddAgentTokenIssuer(_settings.Section("AgentTokens"));
                s.AddSingleton<IOptionsMonitor<AgentTokenIssuerOptions>>(app => new MonitorWithHook(
                    ActivatorUtilities.CreateInstance<OptionsMonitor<AgentTokenIssuerOptions>>(app), beforeSubscribing: () => Rotate(New)));
            },
            addSecret: false);

        Assert.Equal(401, await AskAsync(issuer, Old));
        Assert.Equal(200, await AskAsync(issuer, New));
    }

    public void Dispose() => _log.Dispose();

    private async Task<TestIssuer> StartAsync(string secret)
    {
        Rotate(secret);
        return await TestIssuer.StartAsync(services: s =>
        {
            s.AddSingleton<ILoggerProvider>(_log);
            s.AddAgentTokenIssuer(_settings.Section("AgentTokens"));
        }, addSecret: false);
    }

    private void Rotate(params string[] secrets) => _settings.Change(
        [.. Enumerable.Range(0, 2).Select(i => ($"AgentTokens:Secrets:{i}", secrets.ElementAtOrDefault(i)))]);

    private static async Task<int> AskAsync(TestIssuer issuer, string secret) =>
        (int)(await issuer.RequestTokenAsync(TestIssuer.Signed(TestIssuer.Body(), secret))).StatusCode;

    private static Task<string> TokenAsync(TestIssuer issuer, string secret) => Wire.TokenAsync(issuer, TestIssuer.Body(), secret);

    private static string? KeyId(string token) => Wire.Header(token).GetProperty("kid").GetString();

    /// <summary>The real monitor, but for what happens right before a subscription: no test could hit that moment otherwise.</summary>
    private sealed class MonitorWithHook(IOptionsMonitor<AgentTokenIssuerOptions> real, Action beforeSubscribing)
        : IOptionsMonitor<AgentTokenIssuerOptions>
    {
        public AgentTokenIssuerOptions CurrentValue => real.CurrentValue;

        public AgentTokenIssuerOptions Get(string? name) => real.Get(name);

        public IDisposable? OnChange(Action<AgentTokenIssuerOptions, string?> listener)
        {
            beforeSubscribing();
            return real.OnChange(listener);
        }
    }
}
