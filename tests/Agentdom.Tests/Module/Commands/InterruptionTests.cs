using System.Net;
using Agentdom.Tests.Support;
using Microsoft.AspNetCore.Builder;

namespace Agentdom.Tests.Module;

/// <summary>A preference or another command that ends the pipeline does not end a cmdlet before its effect.</summary>
[Collection(PowerShellCollection.Name)]
public sealed class InterruptionTests : IAsyncLifetime
{
    private readonly Engine _engine = new();
    private readonly EnvironmentVariable _secret = new(SecretFinder.Variable, TestIssuer.SecretText);
    private TestIssuer _issuer = null!;

    public async ValueTask InitializeAsync() => _issuer = await TestIssuer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        _engine.Dispose();
        _secret.Dispose();
        await _issuer.DisposeAsync();
    }

    [Fact]
    public void RevokingRemovesTheTokenIfWarningsStop()
    {
        var host = ClosedPort.Shared.Name;
        Save(host);

        AssertStopped($"$WarningPreference = 'Stop'; Revoke-AtpToken {host} -TimeoutSec 5", "did not confirm");

        Assert.Empty(Stored());
    }

    [Theory]
    [InlineData("$VerbosePreference = 'Stop'")]
    // The first use of a vault warns of its key's file.
    [InlineData("$WarningPreference = 'Stop'")]
    public void ATokenIsRequestedAndStoredIfMessagesStop(string preference)
    {
        using var keychain = new EnvironmentVariable(KeychainKey.Variable, null);
        using var bus = new EnvironmentVariable("DBUS_SESSION_BUS_ADDRESS", null);
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems have a keychain that would be used.");

        AssertStopped($"{preference}; Request-AtpToken {_issuer.Name} data.read");

        Assert.Equal(_issuer.Name, Assert.Single(Stored()).Host);
    }

    [Fact]
    public void ASecretIsStoredIfWarningsStop()
    {
        AssertStopped(
            "$WarningPreference = 'Stop'; Set-AtpSecret h ([Net.NetworkCredential]::new('', 'short').SecurePassword)", "32 bytes");

        Assert.Equal("short", SecretEntry.Read(new FileVault(), AtpHost.Parse("h")));
    }

    [Theory]
    [InlineData("$WarningPreference = 'Stop'")]
    [InlineData("$VerbosePreference = 'Stop'")]
    public async Task ATokenThatIsNeitherStoredNorOutputIsRevoked(string preference)
    {
        var revoked = 0;
        await using var host = await TestHost.StartAsync(app =>
        {
            app.MapPost("/t", () => """{"token":"the.new.token","expires_in":60,"scopes_granted":["a"]}""");
            app.MapPost("/t/revoke", () =>
            {
                revoked++;
                return """{"revoked":true}""";
            });
        });

        var request = $"Request-AtpToken {host.Name} a,b -NoPersist -Endpoint {host.Uri("/t")}";

        AssertStopped($"{preference}; {request}");
        Assert.Equal(1, revoked);

        Assert.Single(_engine.Run(UpToTheFirst(request)).Output);
        Assert.Equal(1, revoked);
    }

    [Fact]
    public void AllTokensAreRenewedThoughTheFirstFailureStops()
    {
        Save("127.0.0.1:1");
        Save(_issuer.Name);

        var result = _engine.Run("Update-AtpToken -All -ErrorAction Stop -ThrottleLimit 1 -TimeoutSec 5");

        Assert.StartsWith("AtpHostUnreachable", Assert.Single(result.Errors).FullyQualifiedErrorId);
        AssertRenewed(1);
    }

    [Fact]
    public void AllTokensAreRenewedThoughAnUnreadableEntryStops()
    {
        Save("127.0.0.1:1");
        foreach (var file in Directory.GetFiles(AgentdomHome.Data, "*.secret")) File.AppendAllText(file, "x");
        Save(_issuer.Name);

        var result = _engine.Run("Update-AtpToken -All -ErrorAction Stop");

        Assert.Equal("AtpVaultEntryDamaged", result.ErrorId);
        AssertRenewed(1);
    }

    [Theory]
    [InlineData("Update-AtpToken -All -ThrottleLimit 1")]
    [InlineData("Get-AtpToken | Update-AtpToken -ThrottleLimit 1")]
    [InlineData("Update-AtpToken -All -ThrottleLimit 1 -Verbose 4>&1")]
    public void AllTokensAreRenewedThoughNobodyReadsTheRest(string script)
    {
        Save(_issuer.Name, "data.read");
        Save(_issuer.Name, "data.write");

        Assert.Single(_engine.Run(UpToTheFirst(script)).Output);

        AssertRenewed(2);
    }

    [Fact]
    public void AllTokensAreRenewedThoughMessagesStop()
    {
        Save(_issuer.Name, "data.read");
        Save(_issuer.Name, "data.write");

        AssertStopped("$VerbosePreference = 'Stop'; Update-AtpToken -All -ThrottleLimit 1");

        AssertRenewed(2);
    }

    private static void Save(string host, params string[] scopes) =>
        StoredTokens.Save(StoredTokens.Make(host, TimeSpan.FromMinutes(1), scopes));

    // As Select-Object -First 1 does, which this engine does not have.
    private static string UpToTheFirst(string script) => $"foreach ($once in 1) {{ {script} | ForEach-Object {{ $_; break }} }}";

    // Read without the engine, whose preferences are still set.
    private static IReadOnlyList<StoredToken> Stored() => new TokenStore(new FileVault()).All();

    private void AssertRenewed(int count) =>
        Assert.Equal(count, Stored().Count(t => t.Host == _issuer.Name && t.AccessToken.StartsWith("eyJ", StringComparison.Ordinal)));

    private void AssertStopped(string script, string reason = "")
    {
        var result = _engine.Run(script, ("s", new NetworkCredential("", TestIssuer.SecretText).SecurePassword));
        _engine.Run("$WarningPreference = $VerbosePreference = 'Continue'");
        var error = Assert.Single(result.Errors);
        Assert.Contains("Stop", $"{error.FullyQualifiedErrorId} {error.Exception.Message}");
        Assert.Contains(reason, error.Exception.Message);
    }
}
