using Agentdom.Tests.Support;

namespace Agentdom.Tests.Client;

/// <summary>Vaults that earlier versions wrote, whose entries have no agent id in their names and no form of their own.</summary>
[Collection(PowerShellCollection.Name)]
public sealed class ReleasedVaultTests : IDisposable
{
    private static readonly AtpHost s_host = AtpHost.Parse("api.example.com");

    private readonly ReleasedVault _released = new();
    private readonly FileVault _vault = new();

    public void Dispose() => _released.Dispose();

    [Fact]
    public void AllTokensAndTheSecretAreRead()
    {
        var tokens = Store(null).All();
        Assert.Equal(
            ["a-b.example", "a.b.example", "api.example.com", "api.example.com", "other.example:8443"], tokens.Select(static t => t.Host));
        Assert.Equal("Größe \"1\"", tokens[2].Purpose);
        Assert.Equal(ReleasedVault.Secret, SecretEntry.Read(_vault, s_host));
    }

    [Fact]
    public void ATokenIsFoundForItsOwnAgentOnly()
    {
        Assert.Equal(4, Store(ReleasedVault.Agent).All().Count);
        Assert.Equal("released.token.read", Store(ReleasedVault.Agent).FindOnly(s_host, ["data.read"]).AccessToken);
        Assert.Equal("released.token.write", Store(ReleasedVault.Agent).FindOnly(s_host, ["data.read", "data.write"]).AccessToken);
        Assert.Null(Store(ReleasedVault.OtherAgent).Find(s_host, ["data.read"], ReleasedVault.OtherAgent));

        var error = Assert.Throws<AtpException>(() => Store(ReleasedVault.OtherAgent).FindOnly(s_host, ["data.read"]));
        Assert.Equal(AtpError.TokenNotFound, error.Error);
        Assert.Contains($"Another agent has one: {ReleasedVault.Agent}", error.Happened);
    }

    [Fact]
    public void SavingMovesATokenToItsNewName()
    {
        var released = Store(ReleasedVault.Agent).FindOnly(s_host, ["data.read"]);
        Store(ReleasedVault.Agent).Save(released with { AccessToken = "renewed" });

        Assert.Null(_vault.Read(released.FormerEntryName));
        Assert.StartsWith("agentdom2-", _vault.Read(released.EntryName));
        var renewed = Store(ReleasedVault.Agent).FindOnly(s_host, ["data.read"]);
        Assert.Equal("renewed", renewed.AccessToken);
        Assert.Equal("released.token.read", Assert.Single(renewed.Earlier).AccessToken);
        Assert.Equal(5, Store(null).All().Count);
    }

    [Fact]
    public void AnotherAgentsTokenStaysUnderTheFormerName()
    {
        var released = Store(ReleasedVault.Agent).FindOnly(s_host, ["data.read"]);
        Store(ReleasedVault.OtherAgent).Save(released with { AccessToken = "another", AgentId = ReleasedVault.OtherAgent });

        Assert.Equal("released.token.read", Store(ReleasedVault.Agent).FindOnly(s_host, ["data.read"]).AccessToken);
        Assert.Empty(Store(ReleasedVault.OtherAgent).FindOnly(s_host, ["data.read"]).Earlier);
        Assert.Equal(6, Store(null).All().Count);
    }

    [Fact]
    public void AProcessThatDiedBeforeItRemovedTheFormerNameLeavesOneToken()
    {
        var released = Store(ReleasedVault.Agent).FindOnly(s_host, ["data.read"]);
        _vault.Write(released.EntryName, VaultText.Encode((released with { AccessToken = "renewed" }).ToJson()));

        var found = Store(ReleasedVault.Agent).All().Single(t => t.IsFor(["data.read"]) && t.Host == s_host.Name);
        Assert.Equal("renewed", found.AccessToken);
        Assert.True(Store(ReleasedVault.Agent).Remove(found));
        Assert.Null(Store(ReleasedVault.Agent).Find(s_host, ["data.read"], ReleasedVault.Agent));
    }

    [Fact]
    public void ATokenUnderTheNameOfAnotherEntryIsReported()
    {
        var released = Store(ReleasedVault.Agent).FindOnly(s_host, ["data.read"]);
        var name = EntryName.OfToken(s_host.Name, ["data.read"], ReleasedVault.OtherAgent);
        _vault.Write(name, VaultText.Encode(released.ToJson()));

        var error = Assert.Throws<AtpException>(() => Store(ReleasedVault.OtherAgent).FindOnly(s_host, ["data.read"]));
        Assert.Equal(AtpError.VaultEntryDamaged, error.Error);
        Assert.Contains(name, error.Message);
    }

    private TokenStore Store(string? agentId) => new(_vault) { AgentId = agentId };
}
