using Agentdom.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Agentdom.Tests.AspNetCore;

/// <summary>Agents that an app's configuration lists.</summary>
public sealed class ConfiguredAgentTests : IDisposable
{
    private const string SecretOfA = "the secret of agent A, more than 32 bytes";
    private const string SecretOfB = "the secret of agent B, more than 32 bytes";
    private const string Entry = "AgentTokens:Agents:0";

    private readonly ReloadableSettings _settings = new();
    private readonly LogCapture _log = new();

    public ConfiguredAgentTests() => _settings.Change(
        ("AgentTokens:Scopes:0", "data.read"), ("AgentTokens:SigningKeys:0", Convert.ToBase64String(RandomBytes.Make(32))),
        ($"{Entry}:AgentId", "A"), ($"{Entry}:Secrets:0", SecretOfA), ($"{Entry}:Scopes:0", "data.read"));

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task NoSharedSecretIsNeeded()
    {
        await using var issuer = await StartAsync();
        Assert.Equal(200, (int)(await issuer.GetDataAsync(await TokenAsync(issuer, "A", SecretOfA))).StatusCode);
    }

    [Fact]
    public async Task DisablingAnAgentIsInForceAtOnceAndTouchesNoOther()
    {
        AddB();
        await using var issuer = await StartAsync();
        var (a, b) = (await TokenAsync(issuer, "A", SecretOfA), await TokenAsync(issuer, "B", SecretOfB));

        _settings.Change(($"{Entry}:Disabled", "true"));

        Assert.Equal(401, (int)(await issuer.GetDataAsync(a)).StatusCode);
        Assert.Equal(401, await RequestAsync(issuer, "A", SecretOfA));
        Assert.Equal(200, (int)(await issuer.GetDataAsync(b)).StatusCode);
        Assert.Equal(200, await RequestAsync(issuer, "B", SecretOfB));
    }

    [Fact]
    public async Task TokensCanBeVoidedFromAMomentOn()
    {
        await using var issuer = await StartAsync();
        var token = await TokenAsync(issuer, "A", SecretOfA);

        _settings.Change(($"{Entry}:TokensValidFrom", "2026-01-31T12:00:00+01:00"));
        Assert.True(await Wire.IsValidAsync(issuer, token));
        _settings.Change(($"{Entry}:TokensValidFrom", DateTimeOffset.UtcNow.AddSeconds(1).ToString("o")));
        Assert.False(await Wire.IsValidAsync(issuer, token));
    }

    [Fact]
    public async Task EveryWrongEntryIsNamedAndTheAppDoesNotStart()
    {
        AddB();
        _settings.Change(
            ($"{Entry}:Disbled", "true"),
            ("AgentTokens:Agents:1:Secrets:0", SecretOfA),
            ("AgentTokens:Agents:2:AgentId", "C"), ("AgentTokens:Agents:2:Secrets:0", "short and secret"),
            ("AgentTokens:Agents:2:Scopes:0", "data.erase"), ("AgentTokens:Agents:2:RequestsPerMinute", "0"),
            ("AgentTokens:Agents:3:AgentId", "B"), ("AgentTokens:Agents:3:Secrets:0", SecretOfA),
            ("AgentTokens:Agents:3:Scopes:0", "data.read"),
            ("AgentTokens:Agents:4:AgentId", "D"), ("AgentTokens:Agents:4:Disabled", "perhaps, unseen"),
            ("AgentTokens:Agents:5:AgentId", "E"), ("AgentTokens:Agents:5:TokensValidFrom", "2026-01-31T12:00:00"),
            ("AgentTokens:Agents:6:AgentId", "F"), ("AgentTokens:Agents:6:MaxTokenLifetime", "an hour, unseen"),
            ("AgentTokens:Agents:7:AgentId", "G"), ("AgentTokens:Agents:7:RequestsPerMinute", "1e3, unseen"));

        var problems = (await Assert.ThrowsAsync<OptionsValidationException>(StartAsync)).Failures.ToList();

        Assert.Contains("Agent tokens: Agents:0 ('A') has an unknown setting 'Disbled'.", problems);
        Assert.Contains(problems, p => p.Contains("Agents:2 ('C'): Secrets:0 has 16 bytes", StringComparison.Ordinal));
        Assert.Contains(problems, p => p.Contains("Agents:2 ('C'): Its scope 'data.erase'", StringComparison.Ordinal));
        Assert.Contains(problems, p => p.Contains("Agents:2 ('C'): RequestsPerMinute", StringComparison.Ordinal));
        Assert.Contains("Agent tokens: Agents:3 ('B') has the same AgentId as Agents:1 ('B').", problems);
        Assert.Contains(problems, p => p.Contains("Agents:3 ('B') has a secret of Agents:1 ('B')", StringComparison.Ordinal));
        Assert.Contains("Agent tokens: Agents:4 ('D'): 'Disabled' is not true or false.", problems);
        Assert.Contains(problems, p => p.Contains("Agents:5 ('E'): 'TokensValidFrom' is not a moment with its", StringComparison.Ordinal));
        Assert.Contains("Agent tokens: Agents:6 ('F'): 'MaxTokenLifetime' is not a time such as 00:10:00.", problems);
        Assert.Contains("Agent tokens: Agents:7 ('G'): 'RequestsPerMinute' is not a whole number.", problems);
        Assert.All(problems, p => Assert.DoesNotContain("secret of agent", p));
        Assert.All(problems, p => Assert.DoesNotContain("unseen", p));
    }

    [Fact]
    public async Task AThousandWrongEntriesDoNotMakeAThousandLines()
    {
        for (var i = 0; i < 1000; i++) _settings.Change(($"AgentTokens:Agents:{i}:AgentId", "A"));
        var problems = (await Assert.ThrowsAsync<OptionsValidationException>(StartAsync)).Failures.ToList();

        Assert.Equal(21, problems.Count);
        Assert.Matches("There are [0-9]+ more problems.", problems[^1]);
    }

    [Theory]
    [InlineData("Disabled", "perhaps")]
    [InlineData("Secrets:0", "short and secret")]
    [InlineData("Scope:0", "data.read")]
    public async Task AWrongChangeChangesNothingAndIsReported(string key, string value)
    {
        await using var issuer = await StartAsync();
        _settings.Change(($"{Entry}:{key}", value));

        Assert.Equal(200, await RequestAsync(issuer, "A", SecretOfA));
        var entry = Assert.Single(_log.Of("Agentdom.AspNetCore.CurrentIssuer"), static e => e.Id == 2002);
        Assert.Contains("Agents:0 ('A')", (string)entry.Values["Problems"]!);
        Assert.DoesNotContain("short and secret", _log.AllText);
    }

    [Fact]
    public async Task WithoutAKeyThatSignsTokensTheAppDoesNotStart()
    {
        _settings.Change(("AgentTokens:SigningKeys:0", null));
        var problem = Assert.Single((await Assert.ThrowsAsync<OptionsValidationException>(StartAsync)).Failures);
        Assert.Contains("Add one to SigningKeys", problem);
    }

    [Fact]
    public async Task AKeyThatHoldersOfTheSharedSecretCanDeriveIsWarnedAbout()
    {
        _settings.Change(("AgentTokens:SigningKeys:0", null), ("AgentTokens:Secrets:0", TestIssuer.SecretText));
        await using var issuer = await StartAsync();

        Assert.Equal(200, await RequestAsync(issuer, "A", SecretOfA));
        AssertWarned(1);
    }

    [Fact]
    public async Task TheWarningIsAlsoLoggedOnceIfAChangeMakesItTrue()
    {
        var key = Convert.ToBase64String(RandomBytes.Make(32));
        _settings.Change(
            ("AgentTokens:SigningKeys:0", null), ("AgentTokens:Secrets:0", TestIssuer.SecretText),
            ($"{Entry}:AgentId", null), ($"{Entry}:Secrets:0", null), ($"{Entry}:Scopes:0", null));
        await using var issuer = await StartAsync();
        AssertWarned(0);

        // The first registered agent.
        _settings.Change(($"{Entry}:AgentId", "A"), ($"{Entry}:Secrets:0", SecretOfA), ($"{Entry}:Scopes:0", "data.read"));
        AssertWarned(1);
        AddB();
        AssertWarned(1);
        _settings.Change(("AgentTokens:SigningKeys:0", key));
        AssertWarned(1);
        _settings.Change(("AgentTokens:AcceptDerivedSigningKeys", "true"));
        AssertWarned(2);
        // Without a shared secret there is no such key.
        _settings.Change(("AgentTokens:Secrets:0", null));
        _settings.Change(("AgentTokens:Secrets:0", TestIssuer.SecretText), ("AgentTokens:AcceptDerivedSigningKeys", "false"));
        AssertWarned(2);
    }

    [Fact]
    public async Task AcceptingKeysThatHoldersOfTheSharedSecretCanDeriveIsWarnedAboutAtTheStart()
    {
        _settings.Change(("AgentTokens:AcceptDerivedSigningKeys", "true"), ("AgentTokens:Secrets:0", TestIssuer.SecretText));
        await using var issuer = await StartAsync();
        AssertWarned(1);
    }

    [Theory]
    [InlineData("Disabled", "")]
    [InlineData("Disabled:0", "true")]
    [InlineData("Disabled:Value", "true")]
    [InlineData("TokensValidFrom", "")]
    [InlineData("TokensValidFrom", "01-31-2026")]
    [InlineData("TokensValidFrom", "2026-01-31")]
    [InlineData("TokensValidFrom", "2026-01-31T12:00:00")]
    [InlineData("TokensValidFrom", "2026-13-31T12:00:00Z")]
    [InlineData("TokensValidFrom", "2026-01-31 12:00:00 +0100")]
    [InlineData("TokensValidFrom", "31 Jan 2026 12:00:00 -2026")]
    [InlineData("MaxTokenLifetime", "")]
    [InlineData("RequestsPerMinute", "")]
    [InlineData("AgentId", "")]
    [InlineData("Secrets:1", "")]
    [InlineData("Scopes:1", "")]
    public async Task AValueThatIsEmptyOrOnlyResemblesOneIsRefused(string key, string value)
    {
        _settings.Change(("AgentTokens:Secrets:0", TestIssuer.SecretText), ($"{Entry}:{key}", value));
        var problem = Assert.Single((await Assert.ThrowsAsync<OptionsValidationException>(StartAsync)).Failures);
        Assert.StartsWith("Agent tokens: Agents:0", problem);
    }

    [Fact]
    public async Task WhetherOthersAreLetInCannotBeLeftEmpty()
    {
        _settings.Change(("AgentTokens:AllowUnregisteredAgents", ""));
        var problem = Assert.Single((await Assert.ThrowsAsync<OptionsValidationException>(StartAsync)).Failures);
        Assert.Contains("'AllowUnregisteredAgents' is empty", problem);
    }

    private void AssertWarned(int times)
    {
        var warnings = _log.Of("Agentdom.AspNetCore.CurrentIssuer").Where(static e => e.Id == 2006).ToList();
        Assert.Equal(times, warnings.Count);
        Assert.All(warnings, static e => Assert.Equal(LogLevel.Warning, e.Level));
    }

    private void AddB() => _settings.Change(
        ("AgentTokens:Agents:1:AgentId", "B"), ("AgentTokens:Agents:1:Secrets:0", SecretOfB),
        ("AgentTokens:Agents:1:Scopes:0", "data.read"));

    private Task<TestIssuer> StartAsync() => TestIssuer.StartAsync(
        services: s =>
        {
            s.AddSingleton<ILoggerProvider>(_log);
            s.AddAgentTokenIssuer(_settings.Section("AgentTokens"));
        },
        addSecret: false);

    private static async Task<int> RequestAsync(TestIssuer issuer, string agentId, string secret)
    {
        using var answer = await issuer.RequestTokenAsync(TestIssuer.Signed(Body(agentId), secret));
        return (int)answer.StatusCode;
    }

    private static Task<string> TokenAsync(TestIssuer issuer, string agentId, string secret) =>
        Wire.TokenAsync(issuer, Body(agentId), secret);

    private static Dictionary<string, object?> Body(string agentId) => new(TestIssuer.Body()) { ["agent_id"] = agentId };
}
