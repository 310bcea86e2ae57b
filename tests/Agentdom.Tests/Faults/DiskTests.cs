using Agentdom.Tests.Support;

namespace Agentdom.Tests.Faults;

/// <summary>Homes that cannot be written: real disks that are full or read-only.</summary>
[Collection(PowerShellCollection.Name)]
public sealed class DiskTests : IAsyncLifetime
{
    private readonly Engine _engine = new();
    private readonly LogCapture _log = new();
    private SmallDisk _disk = null!;
    private TestIssuer _issuer = null!;

    public async ValueTask InitializeAsync()
    {
        _disk = new SmallDisk();
        _issuer = await TestIssuer.StartAsync(
            services: s => Microsoft.Extensions.DependencyInjection.ServiceCollectionServiceExtensions
                .AddSingleton<Microsoft.Extensions.Logging.ILoggerProvider>(s, _log));
        Environment.SetEnvironmentVariable("AGENTDOM_ATP_SECRET", TestIssuer.SecretText);
    }

    public async ValueTask DisposeAsync()
    {
        Environment.SetEnvironmentVariable("AGENTDOM_ATP_SECRET", null);
        _disk?.Dispose();
        _engine.Dispose();
        _log.Dispose();
        if (_issuer is not null) await _issuer.DisposeAsync();
    }

    [Fact]
    public async Task AFullDiskDamagesNothingAndTokensThatCannotBeStoredAreRevoked()
    {
        var old = Run("(Request-AtpToken $h data.read).Host; Get-AtpToken $h -AsPlainText").Output[1].ToString();
        Run("Set-AtpSecret $h $s");
        var before = Files();
        _disk.Fill();

        var added = Run("Request-AtpToken $h data.write");
        var replaced = Run("Request-AtpToken $h data.read");
        var renewed = Run("Update-AtpToken $h -Force");
        var secret = Run("Set-AtpSecret $h $other");

        Assert.All(new[] { added, replaced, renewed, secret }, r => Assert.Equal("AtpVaultUnwritable", r.ErrorId));
        // The reason, what helps against it, and no parameter that the cmdlet does not have.
        Assert.All(new[] { added, replaced, renewed, secret }, r =>
        {
            Assert.Matches("No space left on device.*Free space on the disk", r.Errors[0].Exception.Message);
            Assert.DoesNotContain("Let this user write", r.Errors[0].Exception.Message);
        });
        Assert.Contains("-NoPersist", added.Errors[0].Exception.Message);
        Assert.All(new[] { renewed, secret }, r => Assert.DoesNotContain("-NoPersist", r.Errors[0].Exception.Message));
        Assert.All(new[] { added, replaced }, r => Assert.Contains(r.Streams.Warning, w => w.Message.Contains("so it was revoked")));
        Assert.Equal(before, Files());
        Assert.Equal(old, Run("Get-AtpToken $h -AsPlainText").Single<string>());
        Assert.True(await Wire.IsValidAsync(_issuer, old!));
        // One token was stored. All that could not be stored were revoked.
        Assert.Equal(4, _log.Audit.Count(e => e.Id == 1001));
        Assert.Equal(3, _log.Audit.Count(e => e.Id == 1004 && (string?)e.Values["Outcome"] == "revoked"));

        _disk.Empty();
        Assert.Empty(Run("Request-AtpToken $h data.write; Update-AtpToken $h -Force").Errors);
        Assert.Equal(2, new TokenStore(new FileVault(), static e => throw e).All().Count);
    }

    [Fact]
    public void AFullDiskWithoutAVaultIsReportedBeforeATokenIsRequested()
    {
        AtomicFile.CreateDirectory(AgentdomHome.Data);
        _disk.Fill();

        Assert.Equal("AtpVaultUnwritable", Run("Request-AtpToken $h data.read").ErrorId);
        Assert.Empty(_log.Audit);

        _disk.Empty();
        Assert.Empty(Run("Request-AtpToken $h data.read").Errors);
    }

    [Fact]
    public async Task AReadOnlyHomeIsStillReadAndIsReportedBeforeATokenIsRequested()
    {
        var due = StoredTokens.Make(_issuer.Name, TimeSpan.FromMinutes(1)) with { AccessToken = await _issuer.TokenAsync() };
        StoredTokens.Save(due);
        _disk.MakeReadOnly();
        var asked = _log.Audit.Count;

        string[] scripts =
            ["Request-AtpToken $h data.read", "Set-AtpSecret $h $s", "Remove-AtpSecret $h", "Update-AtpToken $h", "Revoke-AtpToken $h"];
        foreach (var script in scripts)
        {
            var result = Run(script);
            Assert.Equal("AtpVaultUnwritable", result.ErrorId);
            Assert.Contains(AgentdomHome.Variable, result.Errors[0].Exception.Message);
        }
        Assert.Equal(asked, _log.Audit.Count);

        // The old token is valid for another minute, so the script gets it, with a warning.
        var given = Run("Get-AtpToken $h -AsPlainText");
        Assert.True(given.Errors.Count == 0, given.AllText);
        Assert.Equal(due.AccessToken, given.Single<string>());
        Assert.Contains("still valid but could not be renewed", Assert.Single(given.Streams.Warning).Message);
        Assert.True(Run("Test-AtpToken $h -Quiet").Single<bool>());
        Assert.Empty(Run("Request-AtpToken $h data.read -NoPersist").Errors);
    }

    private static (string, int)[] Files() => [.. Directory.GetFiles(AgentdomHome.Data)
        .Select(f => (f, HashCode.Combine(Convert.ToHexString(File.ReadAllBytes(f))))).Order()];

    private Engine.Result Run(string script) => _engine.Run(script,
        ("h", _issuer.Name),
        ("s", new System.Net.NetworkCredential("", TestIssuer.SecretText).SecurePassword),
        ("other", new System.Net.NetworkCredential("", new string('o', 32)).SecurePassword));
}
