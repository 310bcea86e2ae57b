using Agentdom.Tests.Support;

namespace Agentdom.Tests.Client;

/// <summary>How a token source finds a secret that is not in its options. For the cmdlets see <c>SecretTests</c>.</summary>
[Collection(PowerShellCollection.Name)]
public sealed class SecretFinderTests : IAsyncLifetime
{
    private const string Another = "another secret, of more than 32 bytes";

    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory();
    private readonly List<EnvironmentVariable> _variables = [];
    private TokenApi _api = null!;

    public async ValueTask InitializeAsync()
    {
        Set(AgentdomHome.Variable, _home.FullName);
        Set("AGENTDOM_VAULT_KEY", "a vault key of well over 32 bytes, for tests");
        Set(SecretFinder.Variable, null);
        Set(SecretFinder.HostsVariable, null);
        _api = await TokenApi.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        for (var i = _variables.Count - 1; i >= 0; i--) _variables[i].Dispose();
        _home.Delete(recursive: true);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("HOST")]
    public async Task TheVaultsSecretForTheHostComesBeforeTheEnvironments(string? hosts)
    {
        Set(SecretFinder.Variable, Another);
        Set(SecretFinder.HostsVariable, hosts?.Replace("HOST", _api.Name));
        Keep(TestIssuer.SecretText);

        Assert.NotEmpty(await Source().GetTokenAsync());
    }

    // The issuer knows the environment's secret alone, as a hostile host might, so it must get no request that is signed with it.
    [Fact]
    public async Task AHostWithASecretOfItsOwnGetsNothingSignedWithTheEnvironments()
    {
        Set(SecretFinder.Variable, TestIssuer.SecretText);
        Keep(Another);

        await Agent.FailsAsync(AtpError.SignatureRefused, () => Source().GetTokenAsync());
    }

    [Fact]
    public async Task AHostWithoutASecretOfItsOwnGetsTheEnvironments()
    {
        Set(SecretFinder.Variable, TestIssuer.SecretText);
        new FileVault().Write(EntryName.OfSecret("api.example.com"), Another);

        Assert.NotEmpty(await Source().GetTokenAsync());
    }

    [Fact]
    public async Task IfTheVaultCannotBeReadTheEnvironmentMustNameTheHost()
    {
        Set(SecretFinder.Variable, TestIssuer.SecretText);
        Keep(Another);
        foreach (var file in Directory.GetFiles(AgentdomHome.Data, "*.secret")) File.AppendAllText(file, "x");

        var error = await Agent.FailsAsync(AtpError.VaultEntryDamaged, () => Source().GetTokenAsync());
        Assert.Contains($"name {_api.Name} in {SecretFinder.HostsVariable}", error.Advice);

        Set(SecretFinder.HostsVariable, "api.example.com");
        await Agent.FailsAsync(AtpError.VaultEntryDamaged, () => Source().GetTokenAsync());
        Set(SecretFinder.HostsVariable, $"api.example.com {_api.Name}");
        Assert.NotEmpty(await Source().GetTokenAsync());
    }

    [Fact]
    public async Task WithoutASecretInTheEnvironmentTheVaultsErrorStaysAsItIs()
    {
        Keep(Another);
        foreach (var file in Directory.GetFiles(AgentdomHome.Data, "*.secret")) File.AppendAllText(file, "x");

        var error = await Agent.FailsAsync(AtpError.VaultEntryDamaged, () => Source().GetTokenAsync());
        Assert.DoesNotContain(SecretFinder.HostsVariable, error.Message);
    }

    [Fact]
    public async Task AGivenSecretNeedsNoVault()
    {
        Set(AgentdomHome.Variable, Path.Combine(_home.FullName, "file"));
        await File.WriteAllTextAsync(Path.Combine(_home.FullName, "file"), "", TestContext.Current.CancellationToken);

        Assert.NotEmpty(await _api.Source().GetTokenAsync());
    }

    // A look into it must create nothing and cost no more than looking for a file.
    [Fact]
    public async Task AnEmptyVaultStaysEmpty()
    {
        Set(SecretFinder.Variable, TestIssuer.SecretText);
        Assert.NotEmpty(await Source().GetTokenAsync());

        Assert.Empty(_home.GetFileSystemInfos());
    }

    [Fact]
    public async Task WithoutAnyTheMessageNamesEachPlace()
    {
        Set(SecretFinder.HostsVariable, "api.example.com");
        var error = await Agent.FailsAsync(AtpError.SecretMissing, () => Source().GetTokenAsync());

        Assert.Contains("the option Secret or GetSecret", error.Advice);
        Assert.Contains($"{SecretFinder.Variable} ({SecretFinder.HostsVariable} does not name this host)", error.Advice);
    }

    [Fact]
    public async Task AnEmptyOptionCountsAsNone()
    {
        Set(SecretFinder.Variable, TestIssuer.SecretText);

        Assert.NotEmpty(await _api.Source(o => o.GetSecret = _ => Task.FromResult<string?>("")).GetTokenAsync());
    }

    private AgentTokenSource Source() => _api.Source(o => o.Secret = null);

    private void Keep(string secret) => new FileVault().Write(EntryName.OfSecret(_api.Name), secret);

    private void Set(string name, string? value) => _variables.Add(new EnvironmentVariable(name, value));
}
