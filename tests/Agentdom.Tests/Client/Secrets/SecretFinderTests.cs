using Agentdom.Tests.Support;

namespace Agentdom.Tests.Client;

/// <summary>How a token source finds a secret that is not in its options. For the cmdlets see <c>SecretTests</c>.</summary>
[Collection(PowerShellCollection.Name)]
public sealed class SecretFinderTests : IAsyncLifetime
{
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

    [Fact]
    public async Task TheSecretInTheEnvironmentComesFirst()
    {
        Set(SecretFinder.Variable, TestIssuer.SecretText);
        Keep("another secret, of more than 32 bytes");

        Assert.NotEmpty(await Source().GetTokenAsync());
    }

    [Fact]
    public async Task TheSecretInTheVaultIsUsedIfTheEnvironmentsIsForOtherHosts()
    {
        Set(SecretFinder.Variable, "another secret, of more than 32 bytes");
        Set(SecretFinder.HostsVariable, "api.example.com, other.example");
        Keep(TestIssuer.SecretText);

        Assert.NotEmpty(await Source().GetTokenAsync());
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
