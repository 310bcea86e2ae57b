using Agentdom.Tests.Support;
using Microsoft.AspNetCore.Builder;

namespace Agentdom.Tests.Module;

[Collection(PowerShellCollection.Name)]
public sealed class RenewalTests : IAsyncLifetime
{
    private readonly Engine _engine = new();
    private TestIssuer _issuer = null!;
    private int _requests;

    public async ValueTask InitializeAsync()
    {
        _issuer = await TestIssuer.StartAsync(map: app => app.Use((context, next) =>
        {
            if (context.Request.Path == "/v1/agent-tokens") Interlocked.Increment(ref _requests);
            return next(context);
        }));
        Environment.SetEnvironmentVariable("AGENTDOM_ATP_SECRET", TestIssuer.SecretText);
    }

    public async ValueTask DisposeAsync()
    {
        Environment.SetEnvironmentVariable("AGENTDOM_ATP_SECRET", null);
        _engine.Dispose();
        await _issuer.DisposeAsync();
    }

    [Fact]
    public void ATokenThatIsNotDueIsHandedOutAsItIs()
    {
        StoredTokens.Save(StoredTokens.Make(_issuer.Name, TimeSpan.FromMinutes(30)));
        Assert.Equal("the.old.token", Run("Get-AtpToken $h -AsPlainText").Single<string>());
        Assert.Empty(Run("Update-AtpToken -All").Output);
        Assert.Equal(0, _requests);
    }

    [Fact]
    public void ATokenThatIsDueIsRenewedAndKept()
    {
        StoredTokens.Save(StoredTokens.Make(_issuer.Name, TimeSpan.FromMinutes(1)));
        var renewed = Run("Get-AtpToken $h -AsPlainText").Single<string>();
        Assert.StartsWith("eyJ", renewed);
        Assert.Equal(renewed, Run("Get-AtpToken $h -AsPlainText").Single<string>());
        Assert.Equal(1, _requests);
    }

    // Its clock was three days ahead when it asked, and was set right.
    [Fact]
    public void ATokenFromTheFutureIsDueAtOnce()
    {
        StoredTokens.Save(StoredTokens.Make(_issuer.Name, TimeSpan.FromDays(3)));
        Assert.StartsWith("eyJ", Run("Get-AtpToken $h -AsPlainText").Single<string>());

        StoredTokens.Save(StoredTokens.Make(_issuer.Name, TimeSpan.FromDays(3)));
        Assert.Single(Run("Update-AtpToken -All").Output);
        Assert.Equal(2, _requests);
    }

    [Fact]
    public void ATokenFromTheFutureThatAnotherProcessHasRenewedIsNotRenewedAgain()
    {
        var listed = StoredTokens.Make(_issuer.Name, TimeSpan.FromDays(3));
        StoredTokens.Save(StoredTokens.Make(_issuer.Name, TimeSpan.FromMinutes(59)));
        using var client = new AtpClient();
        var renewer = new TokenRenewer(client, new TokenStore(new FileVault()),
            static _ => SharedSecret.FromText(TestIssuer.SecretText), new RenewalOptions());

        Assert.True(Assert.Single(renewer.Renew([listed], null, CancellationToken.None)).IsRenewed);
        Assert.Equal(0, _requests);
    }

    [Fact]
    public void NoRefreshSendsNoRequest()
    {
        StoredTokens.Save(StoredTokens.Make(_issuer.Name, TimeSpan.FromMinutes(1)));
        Assert.Equal("the.old.token", Run("Get-AtpToken $h -NoRefresh -AsPlainText").Single<string>());
        StoredTokens.Save(StoredTokens.Make(_issuer.Name, TimeSpan.FromSeconds(-1)));
        Assert.Equal("AtpTokenExpired", Run("Get-AtpToken $h -NoRefresh").ErrorId);
        Assert.Equal(0, _requests);
    }

    [Fact]
    public void MinimumValidityRenewsSooner()
    {
        StoredTokens.Save(StoredTokens.Make(_issuer.Name, TimeSpan.FromMinutes(30)));
        Assert.StartsWith("eyJ", Run("Get-AtpToken $h -MinimumValidity 00:45 -AsPlainText").Single<string>());
        Assert.Equal("AtpTokenExpired", Run("Get-AtpToken $h -MinimumValidity 05:00 -NoRefresh").ErrorId);
    }

    [Fact]
    public void AValidTokenIsReturnedIfTheIssuerIsDown()
    {
        StoredTokens.Save(StoredTokens.Make("127.0.0.1:1", TimeSpan.FromMinutes(1)));
        var result = _engine.Run("Get-AtpToken 127.0.0.1:1 -AsPlainText");
        Assert.Equal("the.old.token", result.Single<string>());
        Assert.Contains("still valid", Assert.Single(result.Streams.Warning).Message);

        Assert.Equal("AtpHostUnreachable", _engine.Run("Get-AtpToken 127.0.0.1:1 -MinimumValidity 00:10").ErrorId);
        StoredTokens.Save(StoredTokens.Make("127.0.0.1:1", TimeSpan.FromSeconds(-1)));
        var dead = _engine.Run("Get-AtpToken 127.0.0.1:1");
        Assert.Equal("AtpHostUnreachable", dead.ErrorId);
        Assert.Contains("expired", dead.Errors[0].Exception.Message);
    }

    [Fact]
    public void AValidTokenIsReturnedIfNothingCanBeWritten()
    {
        StoredTokens.Save(StoredTokens.Make(_issuer.Name, TimeSpan.FromMinutes(1)));
        // A file in place of the folder of locks works for root as well.
        File.WriteAllText(AgentdomHome.Locks, "");

        var result = Run("Get-AtpToken $h -AsPlainText");

        Assert.Equal("the.old.token", result.Single<string>());
        Assert.Contains("still valid", Assert.Single(result.Streams.Warning).Message);
    }

    [Fact]
    public void OneHostThatFailsSpoilsNoOther()
    {
        StoredTokens.Save(StoredTokens.Make("127.0.0.1:1", TimeSpan.FromMinutes(1)));
        StoredTokens.Save(StoredTokens.Make("127.0.0.1:2", TimeSpan.FromMinutes(1)));
        StoredTokens.Save(StoredTokens.Make(_issuer.Name, TimeSpan.FromMinutes(1), "data.read"));
        StoredTokens.Save(StoredTokens.Make(_issuer.Name, TimeSpan.FromMinutes(1), "data.write"));

        var result = Run("Update-AtpToken -All -ThrottleLimit 2");

        Assert.Equal(2, result.Output.Count);
        Assert.Equal(["127.0.0.1:1", "127.0.0.1:2"], result.Errors.Select(e => (string)e.TargetObject).Order());
        Assert.All(result.Errors, e => Assert.StartsWith("AtpHostUnreachable", e.FullyQualifiedErrorId));
        Assert.Equal(2, _requests);
    }

    [Fact]
    public void ForceRenewsWhatIsNotDueAndWildcardsChoose()
    {
        StoredTokens.Save(StoredTokens.Make(_issuer.Name, TimeSpan.FromMinutes(30)));
        Assert.Empty(Run("Update-AtpToken '10.*' -Force").Output);
        Assert.Single(Run("Update-AtpToken '127.*' -Force").Output);
        Assert.Equal("AtpTokenNotFound", Run("Update-AtpToken no-token.example").ErrorId);
        Assert.Equal(1, _requests);
    }

    [Fact]
    public async Task AValidTokenIsReturnedWithoutWaitingForAnotherRenewal()
    {
        var due = StoredTokens.Make(_issuer.Name, TimeSpan.FromMinutes(1));
        StoredTokens.Save(due);
        using (TokenLock.Acquire(due, TimeSpan.Zero, CancellationToken.None))
        {
            // The lock is released only after this, so waiting for it would never finish.
            var result = await Task.Run(() => Run("Get-AtpToken $h -AsPlainText -TimeoutSec 3600"));
            Assert.Equal("the.old.token", result.Single<string>());
            Assert.Empty(result.Streams.Warning);
        }
        Assert.Equal(0, _requests);
    }

    [Fact]
    public async Task ATokenRevokedDuringARenewalStaysRevoked()
    {
        var due = StoredTokens.Make(_issuer.Name, TimeSpan.FromMinutes(1));
        StoredTokens.Save(due);
        Task<Engine.Result> revoking;
        using (TokenLock.Acquire(due, TimeSpan.Zero, CancellationToken.None))
        {
            // Simulates a running renewal, which stores a new token in the vault.
            revoking = Task.Run(() => Run("Revoke-AtpToken $h"));
            StoredTokens.Save(due with { AccessToken = await _issuer.TokenAsync(), IssuedAt = DateTimeOffset.UtcNow });
        }

        Assert.Single((await revoking).Output);
        Assert.Empty(Run("Get-AtpToken").Output);
    }

    [Fact]
    public void AnUnreadableEntrySpoilsNoOther()
    {
        StoredTokens.Save(StoredTokens.Make("127.0.0.1:1", TimeSpan.FromMinutes(30)));
        foreach (var file in Directory.GetFiles(AgentdomHome.Data, "*.secret")) File.AppendAllText(file, "x");
        StoredTokens.Save(StoredTokens.Make(_issuer.Name, TimeSpan.FromMinutes(30)));

        AssertSpoilsNoOther("cannot be decrypted", "AtpVaultEntryDamaged");
        Assert.Equal("AtpVaultEntryDamaged", Run("Get-AtpToken 127.0.0.1:1").ErrorId);
    }

    [Fact]
    public void AnEntryThatMayNotBeReadSpoilsNoOther()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The tests may run as root, who may read every file but this one.");
        StoredTokens.Save(StoredTokens.Make(_issuer.Name, TimeSpan.FromMinutes(30)));
        File.CreateSymbolicLink(Path.Combine(AgentdomHome.Data, $"{new string('0', 64)}.secret"), "/proc/self/mem");

        AssertSpoilsNoOther("cannot be read", "AtpVaultUnreadable");
    }

    [Fact]
    public void AnUnreadableEntryIsRemovedIfItsScopesAreGiven()
    {
        StoredTokens.Save(StoredTokens.Make("127.0.0.1:1", TimeSpan.FromMinutes(30), "data.read"));
        foreach (var file in Directory.GetFiles(AgentdomHome.Data, "*.secret")) File.AppendAllText(file, "x");

        var error = Run("Get-AtpToken 127.0.0.1:1 data.read");
        Assert.Equal("AtpVaultEntryDamaged", error.ErrorId);
        Assert.Contains("Revoke-AtpToken -EntryName agentdom-127-0-0-1-1-", error.AllText);

        var revoked = Run("Revoke-AtpToken 127.0.0.1:1 data.read");
        Assert.Equal(false, Assert.Single(revoked.Output).Properties["RevokedAtIssuer"].Value);
        Assert.Contains("could not be read", Assert.Single(revoked.Streams.Warning).Message);
        Assert.Empty(Directory.GetFiles(AgentdomHome.Data, "*.secret"));
    }

    [Fact]
    public void AnotherVaultKeyIsOneErrorForAllTokens()
    {
        foreach (var port in new[] { 1, 2 }) StoredTokens.Save(StoredTokens.Make($"127.0.0.1:{port}", TimeSpan.FromMinutes(1)));
        using var key = new EnvironmentVariable("AGENTDOM_VAULT_KEY", "another key of at least 32 bytes.");

        Assert.Equal("AtpVaultKeyInvalid", Run("Update-AtpToken -All").ErrorId);
        Assert.Equal("AtpVaultKeyInvalid", Run("Get-AtpToken").ErrorId);
    }

    [Fact]
    public void TokensFromThePipelineAreRenewedOnceEach()
    {
        foreach (var scope in new[] { "data.read", "data.write" })
            StoredTokens.Save(StoredTokens.Make(_issuer.Name, TimeSpan.FromMinutes(30), scope));

        Assert.Equal(2, Run("Get-AtpToken | Update-AtpToken -Force").Output.Count);
        Assert.Equal(2, _requests);
    }

    [Fact]
    public void AnIPv6AddressIsNoWildcard()
    {
        StoredTokens.Save(StoredTokens.Make("[::1]:1", TimeSpan.FromMinutes(30)));
        Assert.Equal("the.old.token", _engine.Run("Get-AtpToken '[::1]:1' -AsPlainText").Single<string>());
        Assert.Equal("AtpHostUnreachable", _engine.Run("Update-AtpToken '[::1]:1' -Force").ErrorId);
    }

    [Fact]
    public void AMinimumThatNoTokenReachesIsAnError() =>
        Assert.Equal("AtpTokenExpired", Run("$null = Request-AtpToken $h data.read; Get-AtpToken $h -MinimumValidity 05:00").ErrorId);

    [Fact]
    public void ARenewalUsesTheEndpointThatTheCallerSet()
    {
        var given = StoredTokens.Make("127.0.0.1:1", TimeSpan.FromMinutes(1)) with
        {
            TokenEndpoint = _issuer.Uri("/v1/agent-tokens"),
            IsEndpointGiven = true,
        };
        StoredTokens.Save(given);
        Assert.StartsWith("eyJ", _engine.Run("Get-AtpToken 127.0.0.1:1 -AsPlainText").Single<string>());
    }

    [Theory]
    [InlineData(null)]
    // People set this on network drives. .NET then takes no locks.
    [InlineData("true")]
    public async Task TwentyProcessesThatNeedOneDueTokenMakeOneRequest(string? withoutNetLocks)
    {
        // So close to its expiry that it is not returned while another process renews it.
        StoredTokens.Save(StoredTokens.Make(_issuer.Name, TimeSpan.FromSeconds(25)));
        var home = Environment.GetEnvironmentVariable(AgentdomHome.Variable);

        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => ChildEngine.RunAsync(
            $"Get-AtpToken {_issuer.Name} -AsPlainText", (AgentdomHome.Variable, home), ("AGENTDOM_ATP_SECRET", TestIssuer.SecretText),
            ("DOTNET_SYSTEM_IO_DISABLEFILELOCKING", withoutNetLocks))));

        Assert.Equal(1, _requests);
        var token = Assert.Single(results.Select(r => Assert.Single(r.Output)).Distinct());
        Assert.Equal(System.Net.HttpStatusCode.OK, (await _issuer.GetDataAsync(token)).StatusCode);
    }

    /// <summary>Checks that the vault's other token is listed, found and renewed in spite of one entry.</summary>
    private void AssertSpoilsNoOther(string warning, string errorId)
    {
        var listed = Run("Get-AtpToken");
        Assert.Single(listed.Output);
        Assert.Contains(warning, Assert.Single(listed.Streams.Warning).Message);
        Assert.Equal("the.old.token", Run("Get-AtpToken $h -AsPlainText").Single<string>());

        var updated = Run("Update-AtpToken -All -Force");
        Assert.Single(updated.Output);
        Assert.Equal(errorId, updated.ErrorId);
    }

    private Engine.Result Run(string script) => _engine.Run(script, ("h", _issuer.Name));
}
