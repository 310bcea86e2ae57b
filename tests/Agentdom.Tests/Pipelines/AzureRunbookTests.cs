using Agentdom.Tests.Support;

namespace Agentdom.Tests.Pipelines;

/// <summary>
/// Runs the samples for Azure Automation and Azure Functions in real pwsh processes against a real issuer. What only exists in Azure
/// is simulated: its commands, and the worker that starts a function.
/// </summary>
public sealed class AzureRunbookTests
{
    private const string CredentialAsset = "function Get-AutomationPSCredential($Name) { if ($Name -eq 'AtpSecret') { " +
        "[pscredential]::new('unused', (ConvertTo-SecureString $env:TEST_SECRET -AsPlainText -Force)) } }";

    private const string Vault =
        "function Connect-AzAccount([switch] $Identity, $Scope) { $script:connected = $Identity -and $Scope -eq 'Process' }; " +
        "function Get-AzKeyVaultSecret($VaultName, $Name) { if (-not $script:connected) { throw 'No account.' }; " +
        "if (\"$VaultName/$Name\" -eq 'orders/AtpSecret') { @{ SecretValue = ConvertTo-SecureString $env:TEST_SECRET -AsPlainText -Force } } }";

    private static readonly string s_samples = Path.Combine(TestPaths.RepositoryRoot, "samples", "pipelines");

    [Theory]
    [InlineData(CredentialAsset, "", 200)]
    [InlineData(CredentialAsset, "", 500)]
    [InlineData(Vault, "-KeyVault orders", 200)]
    [InlineData(Vault, "-KeyVault orders", 500)]
    public async Task TheRunbookStoresNothingAndItsTokenIsRevoked(string azure, string arguments, int status)
    {
        await using var api = await OrdersApi.StartAsync(status);
        using var runner = new Runner(api.Issuer);

        Assert.Equal(status == 200, await RunAutomationAsync(runner, api, azure, arguments));

        Assert.Contains(status == 200 ? "azure-automation:nightly-orders" : "500", runner.Log);
        AssertNothingIsLeft(runner, api);
        Assert.False(await api.IsValidAsync(Assert.Single(api.Tokens)));
    }

    [Fact]
    public async Task TheRunbookSaysThatTheKeyVaultHasNoSuchSecret()
    {
        await using var api = await OrdersApi.StartAsync();
        using var runner = new Runner(api.Issuer);

        Assert.False(await RunAutomationAsync(runner, api, Vault, "-KeyVault orders -SecretName Missing"));

        Assert.True(runner.HasLogged("The key vault orders has no secret Missing."), runner.Log);
        Assert.Empty(api.Tokens);
    }

    [Fact]
    public async Task AWorkerUsesOneTokenForAllRunsOfAFunction()
    {
        await using var api = await OrdersApi.StartAsync();
        using var runner = new Runner(api.Issuer);

        // The worker runs the profile once more for another runspace.
        Assert.True(await RunFunctionAsync(runner, api, TestIssuer.SecretText, ". $env:TEST_APP/profile.ps1; Invoke-Run; " +
            ". $env:TEST_APP/profile.ps1; Invoke-Run"), runner.Log);

        Assert.Equal(2, api.Tokens.Count);
        Assert.Single(api.Tokens.Distinct());
        Assert.Equal(2, runner.Log.Split("Orders: ").Length - 1);
        Assert.Contains("azure-functions:new-orders", runner.Log);
        // The vault is useless to others: its key was in the process alone.
        Assert.NotEmpty(Directory.GetFiles(runner.Temp, "*.secret", SearchOption.AllDirectories));
        Assert.Empty(Directory.GetFiles(runner.Work, "vault.key", SearchOption.AllDirectories));
        AssertNothingIsShown(runner, api);
    }

    [Fact]
    public async Task AFailedRunOfAFunctionWritesNothing()
    {
        await using var api = await OrdersApi.StartAsync(500);
        using var runner = new Runner(api.Issuer);

        Assert.False(await RunFunctionAsync(runner, api, TestIssuer.SecretText, ". $env:TEST_APP/profile.ps1; Invoke-Run"));

        Assert.Contains("500", runner.Log);
        Assert.DoesNotContain("Orders: ", runner.Log);
    }

    [Fact]
    public async Task AFunctionSaysThatItsSecretCouldNotBeReadFromTheKeyVault()
    {
        await using var api = await OrdersApi.StartAsync();
        using var runner = new Runner(api.Issuer);

        Assert.False(await RunFunctionAsync(runner, api,
            "@Microsoft.KeyVault(SecretUri=https://orders.vault.azure.net/secrets/AtpSecret)", ". $env:TEST_APP/profile.ps1; Invoke-Run"));

        Assert.True(runner.HasLogged("Check the role of the managed identity."), runner.Log);
        Assert.Empty(api.Tokens);
    }

    private static Task<bool> RunAutomationAsync(Runner runner, OrdersApi api, string azure, string arguments) => runner.RunAsync(
        $"{azure}\n& '{Path.Combine(s_samples, "azure-automation.ps1")}' -Api $env:TEST_API {arguments}",
        ("TEST_SECRET", TestIssuer.SecretText), ("TEST_API", api.Issuer.Uri("").ToString()));

    private static Task<bool> RunFunctionAsync(Runner runner, OrdersApi api, string secret, string script) => runner.RunAsync(
        $$"""
        $bindings = (Get-Content "$env:TEST_APP/NewOrders/function.json" -Raw | ConvertFrom-Json).bindings | Group-Object direction -AsHashTable
        function Push-OutputBinding($Name, $Value) { if ($Name -in $bindings.out.name) { "${Name}: $Value" } else { throw "No binding $Name." } }
        function Invoke-Run {
            $given = @{ $bindings.in.name = @{ IsPastDue = $false } }
            & "$env:TEST_APP/NewOrders/run.ps1" @given
        }
        {{script}}
        """,
        ("TEST_APP", Path.Combine(s_samples, "azure-functions")), ("TMPDIR", runner.Temp), ("TMP", runner.Temp),
        ("API", $"http://{api.Issuer.Name}"), ("AGENTDOM_ATP_SECRET", secret), ("AGENTDOM_ATP_HOSTS", api.Issuer.Name),
        ("AGENTDOM_AGENT_ID", "azure-functions:new-orders"));

    private static void AssertNothingIsLeft(Runner runner, OrdersApi api)
    {
        Assert.DoesNotContain(Directory.GetFileSystemEntries(runner.Work, "*", SearchOption.AllDirectories),
            static path => Path.GetFileName(path).Contains("agentdom", StringComparison.OrdinalIgnoreCase));
        AssertNothingIsShown(runner, api);
    }

    private static void AssertNothingIsShown(Runner runner, OrdersApi api)
    {
        Assert.All(api.Tokens, token => Assert.DoesNotContain(token, runner.Log));
        Assert.DoesNotContain(TestIssuer.SecretText, runner.Log);
    }
}
