using Agentdom.Tests.Support;

namespace Agentdom.Tests.Client;

/// <summary>When a token source requests a token, and what its callers get meanwhile.</summary>
public sealed class TokenSourceTests : IAsyncLifetime
{
    private const double UntilDue = 56 * 60;
    private const double UntilEnd = 61 * 60;

    private TokenApi _api = null!;

    public async ValueTask InitializeAsync() => _api = await TokenApi.StartAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task ATokenIsKeptUntilItIsDueAndThenRenewedWithoutAnybodyWaiting()
    {
        var source = _api.Source();
        var first = await source.GetTokenAsync();
        Assert.Equal(first, await source.GetTokenAsync());
        Assert.Equal(1, _api.Asked);

        _api.Time.Advance(UntilDue);
        Assert.Equal(first, await source.GetTokenAsync());
        await TokenApi.UntilAsync(async () => await source.GetTokenAsync() != first);
        Assert.Equal(2, _api.Asked);
    }

    [Fact]
    public async Task AHundredCallersWithoutATokenCostOneRequest()
    {
        await using var api = await TokenApi.StartAsync(isHeld: true);
        var source = api.Source();
        var callers = Enumerable.Range(0, 100).Select(_ => Task.Run(() => source.GetTokenAsync())).ToArray();
        await api.IsAskedAsync();
        api.LetIssue();

        Assert.Single((await Task.WhenAll(callers)).Distinct());
        Assert.Equal(1, api.Asked);
    }

    [Fact]
    public async Task AHundredCallersWithADueTokenCostOneRequest()
    {
        var source = _api.Source();
        var first = await source.GetTokenAsync();
        _api.Time.Advance(UntilDue);
        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(() => source.GetTokenAsync())));
        await TokenApi.UntilAsync(async () => await source.GetTokenAsync() != first);

        Assert.Equal(2, _api.Asked);
    }

    [Fact]
    public async Task ACallerWhoGivesUpFailsAloneAndTheOthersGetTheToken()
    {
        await using var api = await TokenApi.StartAsync(isHeld: true);
        var source = api.Source();
        using var patience = new CancellationTokenSource();
        // The caller that cancels is the one whose call started the request.
        var leaving = source.GetTokenAsync(patience.Token);
        await api.IsAskedAsync();
        var staying = source.GetTokenAsync();
        await patience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        Assert.False(staying.IsCompleted);
        api.LetIssue();
        Assert.NotEmpty(await staying);
        Assert.Equal(1, api.Asked);
    }

    [Fact]
    public async Task AValidTokenIsUsedWhileTheIssuerIsDownAndNotEveryCallAsksTheIssuer()
    {
        var source = _api.Source();
        var first = await source.GetTokenAsync();
        _api.IsDown = true;
        _api.Time.Advance(UntilDue);
        Assert.Equal(first, await source.GetTokenAsync());
        await TokenApi.UntilAsync(() => Task.FromResult(_api.Renewals.Count == 2));
        Assert.Equal(AtpError.IssuerUnavailable, _api.Renewals[1]?.Error);
        var asked = _api.Asked;
        for (var i = 0; i < 20; i++) Assert.Equal(first, await source.GetTokenAsync());
        Assert.Equal(asked, _api.Asked);

        _api.IsDown = false;
        _api.Time.Advance(31);
        await TokenApi.UntilAsync(async () => await source.GetTokenAsync() != first);
        Assert.Equal(asked + 1, _api.Asked);
    }

    [Fact]
    public async Task WithoutAValidTokenTheFailureIsThrownAndTheIssuerIsAskedAgainSoon()
    {
        var source = _api.Source();
        await source.GetTokenAsync();
        _api.IsDown = true;
        _api.Time.Advance(UntilEnd);
        var error = await Agent.FailsAsync(AtpError.IssuerUnavailable, () => source.GetTokenAsync());
        Assert.Contains($"There is no agent token for {_api.Name}", error.Message);

        var asked = _api.Asked;
        await Agent.FailsAsync(AtpError.IssuerUnavailable, () => source.GetTokenAsync());
        Assert.Equal(asked, _api.Asked);

        _api.IsDown = false;
        _api.Time.Advance(6);
        Assert.NotEmpty(await source.GetTokenAsync());
    }

    [Fact]
    public async Task TheSecretIsLookedUpAtEachRenewal()
    {
        var secret = "another secret, of more than 32 bytes";
        var source = _api.Source(o => o.GetSecret = _ => Task.FromResult<string?>(secret));
        await Agent.FailsAsync(AtpError.SignatureRefused, () => source.GetTokenAsync());

        secret = TestIssuer.SecretText;
        _api.Time.Advance(6);
        Assert.NotEmpty(await source.GetTokenAsync());
    }

    [Fact]
    public async Task AFailedLookUpOfTheSecretIsNamedButNotQuoted()
    {
        var source = _api.Source(o => o.GetSecret = _ => throw new InvalidOperationException(TestIssuer.SecretText));

        var error = await Agent.FailsAsync(AtpError.SecretMissing, () => source.GetTokenAsync());
        Assert.Contains(nameof(InvalidOperationException), error.Message);
        Assert.Equal(0, _api.Asked);
    }

    [Fact]
    public async Task NeitherTheTokenNorTheSecretIsShown()
    {
        var source = _api.Source();
        var token = await source.GetTokenAsync();

        Assert.Equal($"AgentTokenSource ({_api.Name} data.read)", source.ToString());
        Assert.DoesNotContain(token, source.ToString());
        Assert.DoesNotContain(TestIssuer.SecretText, new AgentTokenSourceOptions { Secret = TestIssuer.SecretText }.ToString());
        Assert.DoesNotContain(token, new AgentTokenMessageHandler(source).ToString());
    }

    [Theory]
    [InlineData("http://api.example.com", "data.read", AtpError.HostInvalid)]
    [InlineData("api.example.com", "data read", AtpError.ScopeInvalid)]
    public async Task InvalidSettingsAreRefusedWhenTheSourceIsCreated(string host, string scope, AtpError expected) =>
        await Agent.FailsAsync(expected, () => Task.FromResult(new AgentTokenSource(_api.Agent, host, [scope])));

    [Fact]
    public async Task ATokenWithScopesThatWereNotRequestedIsRefusedAndRevoked()
    {
        await using var issuer = await ScriptedIssuer.StartAsync(
            Answers.Json(200, """{"token":"t.wide","scopes_granted":["data.read","admin"]}"""), Answers.Json(200, """{"revoked":true}"""));

        var error = await Agent.FailsAsync(AtpError.GrantExceeded, () => SourceOf(issuer).GetTokenAsync());

        Assert.Contains("admin", error.Message);
        Assert.Equal("t.wide", issuer.Posts[1].Json.Text("token"));
    }

    [Fact]
    public async Task ATokenForMoreThanADayIsTaken()
    {
        await using var issuer = await ScriptedIssuer.StartAsync(Answers.Json(200, """{"token":"t.long","expires_in":100000}"""));

        Assert.Equal("t.long", await SourceOf(issuer).GetTokenAsync());
        Assert.Single(issuer.Posts);
    }

    [Fact]
    public async Task IfTheClockWasAheadTheTokenIsRenewedOnceItIsSetRight()
    {
        _api.Time.Advance(200);
        var source = _api.Source();
        var first = await source.GetTokenAsync();
        _api.Time.Advance(-200);

        Assert.Equal(first, await source.GetTokenAsync());
        await TokenApi.UntilAsync(async () => await source.GetTokenAsync() != first);
        Assert.Equal(2, _api.Asked);
    }

    private AgentTokenSource SourceOf(ScriptedIssuer issuer) => new(_api.Agent, issuer.Name, ["data.read"],
        new AgentTokenSourceOptions { AgentId = "test-agent", Secret = TestIssuer.SecretText });
}
