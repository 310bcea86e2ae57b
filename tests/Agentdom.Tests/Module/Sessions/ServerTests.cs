using System.Management.Automation;
using System.Net;
using System.Net.Sockets;
using System.Security;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Module;

/// <summary>Start-AtpServer and Stop-AtpServer, with the other cmdlets against the server.</summary>
[Collection(PowerShellCollection.Name)]
public sealed class ServerTests : IDisposable
{
    private readonly Engine _engine = new();

    public void Dispose()
    {
        _engine.Run("Stop-AtpServer");
        _engine.Dispose();
    }

    [Fact]
    public async Task ATokenIsRequestedKeptTestedUsedAndRevokedAgainstIt()
    {
        var server = Start();
        Assert.Matches("^localhost:[0-9]+$", server.Host);
        Assert.Equal(server.Host, Run("[string]$server").Single<string>());
        Assert.Equal(["data.read", "data.write"], Run("$server.Scopes").Output.Select(o => o.ToString()));

        var token = Run("$t = Request-AtpToken $server -Scope data.read -Purpose 'Sync dashboard' -AgentId agent-one; $t").Output.Single();
        Assert.Equal(server.Host, token.Properties["Host"].Value);
        var plain = Run("Get-AtpToken $server -AgentId agent-one -AsPlainText").Single<string>();
        Assert.True(Run("(Test-AtpToken $server -AgentId agent-one).Valid").Single<bool>());
        var (status, text) = await WhoAmIAsync(server, plain);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Matches(
            """^{"agent_id":"agent-one","expires_at":"20..-..-..T..:..:..Z","purpose":"Sync dashboard","scopes":\["data.read"\]}$""",
            text);

        Assert.Equal(true, Run("$server | Revoke-AtpToken -AgentId agent-one").Output.Single().Properties["RevokedAtIssuer"].Value);
        Assert.Equal(HttpStatusCode.Unauthorized, (await WhoAmIAsync(server, plain)).Status);
        Assert.False(Run("Test-AtpToken $server -Token $t -Quiet").Single<bool>());
        Assert.Equal("AtpScopeDenied", Run("Request-AtpToken $server no.such.scope").ErrorId);
    }

    [Fact]
    public void ItsSettingsApplyToItsTokens()
    {
        Start("-Scope a, b, a -TokenLifetime 00:00:30 -Audience orders");

        Assert.Equal(["a", "b"], Run("(Get-AtpManifest $server).Scopes").Output.Select(o => o.ToString()));
        Assert.Equal("orders", Run("(Get-AtpManifest $server).Audience").Single<string>());
        Assert.Equal(30, Run("(Request-AtpToken $server b -NoPersist).ExpiresIn").Single<int>());
    }

    [Fact]
    public void TheSecretOfTheServerComesBeforeTheEnvironmentsAndTheVaults()
    {
        Start();
        Run("Set-AtpSecret $server $s", ("s", Secure(new string('v', 40))));
        using var secret = new EnvironmentVariable("AGENTDOM_ATP_SECRET", "a production secret of more than 32 bytes");

        Assert.Single(Run("Request-AtpToken $server data.read -NoPersist").Output);
        Assert.Single(Run("Request-AtpToken \"127.0.0.1:$($server.Uri.Port)\" data.read -NoPersist").Output);
        Assert.Equal("AtpSignatureRefused", Run("Request-AtpToken $server data.read -Secret $s -NoPersist").ErrorId);
    }

    [Fact]
    public async Task TheSecretOfTheServerIsForNoOtherHost()
    {
        await using var issuer = await TestIssuer.StartAsync();
        Start();
        Assert.Equal("AtpSecretMissing", Run($"Request-AtpToken {issuer.Name} data.read -NoPersist").ErrorId);

        using var secret = new EnvironmentVariable("AGENTDOM_ATP_SECRET", TestIssuer.SecretText);
        Assert.Single(Run($"Request-AtpToken {issuer.Name} data.read -NoPersist").Output);
    }

    [Fact]
    public void AGivenSecretIsTheOneThatItTakes()
    {
        Start("-Secret $s", ("s", Secure(TestIssuer.SecretText)));
        Assert.Single(Run("Request-AtpToken $server data.read -Secret $s -NoPersist").Output);
        Assert.True(
            Run("$t = Request-AtpToken $server data.read -NoPersist; (ConvertFrom-AtpToken $t -Secret $s).Verified").Single<bool>());
    }

    [Fact]
    public void ItsSecretIsShownNowhere()
    {
        var shown = Run("Start-AtpServer -Verbose -Debug -OutVariable server; $server | Format-List * | Out-String; " +
            "$server | Format-Table * | Out-String; $server | Out-String; ConvertTo-Json $server -WarningAction Ignore; " +
            "try { Start-AtpServer } catch { $_ }");
        var secret = new NetworkCredential("", Run("$server[0].Secret").Single<SecureString>()).Password;

        Assert.Equal(43, secret.Length);
        Assert.Contains("Listening on http://localhost:", shown.AllText);
        Assert.DoesNotContain(secret, shown.AllText);
        Assert.DoesNotContain("plain-text-secret",
            Run("Stop-AtpServer; Start-AtpServer -Secret plain-text-secret-of-more-than-32-bytes").AllText);
    }

    [Fact]
    public void ASecondOneIsAnErrorThatNamesTheFirstAlsoInAnotherSession()
    {
        var server = Start();
        var second = Run("Start-AtpServer");
        Assert.Equal("AtpServerRunning", second.ErrorId);
        Assert.Contains($"http://{server.Host}/", second.AllText);

        using var other = new Engine();
        Assert.Equal("AtpServerRunning", other.Run("Start-AtpServer").ErrorId);
        Assert.Single(other.Run($"Request-AtpToken {server.Host} data.read -NoPersist").Output);
        Assert.Empty(other.Run("Remove-Module Agentdom").Errors);
        Assert.True(IsListening(server.Port));
    }

    [Fact]
    public void APortThatIsTakenIsAnError()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var refusal = Run($"Start-AtpServer -Port {port}");
        Assert.Equal("AtpPortTaken", refusal.ErrorId);
        Assert.Contains(
            $"Port {port} of localhost is taken. Choose another port, or 0 to get a free one. Use -Port for it.", refusal.AllText);
        Assert.Equal(ErrorCategory.ResourceBusy, refusal.Errors[0].CategoryInfo.Category);

        taken.Stop();
        Assert.Equal($"localhost:{port}", Start($"{port}").Host);
    }

    [Theory]
    [InlineData("-TokenLifetime 2.00:00:00", "AtpServerOptionsInvalid")]
    [InlineData("-Scope 'a b'", "AtpServerOptionsInvalid")]
    [InlineData("-Secret ([securestring]::new())", "AtpServerOptionsInvalid")]
    [InlineData("-Port 65536", "ParameterArgumentValidationError")]
    public void InvalidOptionsStartNothing(string arguments, string errorId)
    {
        Assert.Equal(errorId, Run($"Start-AtpServer {arguments}").ErrorId);
        Assert.Single(Run("Start-AtpServer").Output);
    }

    [Fact]
    public void StoppingFreesThePortAndASecondStopSaysNothing()
    {
        var server = Start();
        Assert.Empty(Run("Stop-AtpServer").Output);
        Assert.False(IsListening(server.Port));

        var again = Run("Stop-AtpServer");
        Assert.Empty(again.Errors);
        Assert.Empty(again.Streams.Warning);
    }

    [Fact]
    public void OnlyTheServerThatIsPipedToStopIsStopped()
    {
        Start();
        Run("$first = $server; $first | Stop-AtpServer");
        var second = Start();
        Assert.Empty(Run("$first | Stop-AtpServer; Stop-AtpServer $first").Errors);
        Assert.True(IsListening(second.Port));
    }

    [Fact]
    public void AnotherServerOnTheSamePortIsUsedWithItsOwnSecretAndManifest()
    {
        var server = Start();
        Run("Request-AtpToken $server data.read -NoPersist; Stop-AtpServer");
        Start($"{server.Port} -Audience second");
        Assert.Single(Run("Request-AtpToken $server data.read -NoPersist").Output);
    }

    [Theory]
    [InlineData("Remove-Module Agentdom")]
    [InlineData("Import-Module '{0}' -Force")]
    public void ItEndsWithTheModule(string removal)
    {
        var server = Start();
        Run(string.Format(System.Globalization.CultureInfo.InvariantCulture, removal, TestPaths.ModuleManifest));
        Assert.False(IsListening(server.Port));

        Run($"Import-Module '{TestPaths.ModuleManifest}'");
        Start();
        Assert.Single(Run("Request-AtpToken $server data.read -NoPersist").Output);
    }

    [Fact]
    public async Task RemovingTheModuleLoadsNoneOfItsDependencies()
    {
        var loaded = await ChildEngine.RunAsync(
            "Remove-Module Agentdom; [AppDomain]::CurrentDomain.GetAssemblies() | ForEach-Object { $_.GetName().Name }");

        Assert.Contains("Agentdom", loaded.Output);
        Assert.DoesNotContain("Agentdom.Issuer", loaded.Output);
    }

    [Fact]
    public async Task ItKeepsNoProcessAlive()
    {
        var child = await ChildEngine.RunAsync("(Start-AtpServer).Host");
        Assert.Equal((0, ""), (child.ExitCode, child.Errors));
        Assert.StartsWith("localhost:", Assert.Single(child.Output), StringComparison.Ordinal);
    }

    private Engine.Result Run(string script, params (string, object?)[] variables) => _engine.Run(script, variables);

    private (string Host, int Port) Start(string arguments = "", params (string, object?)[] variables)
    {
        var result = Run($"$server = Start-AtpServer {arguments}; $server", variables);
        Assert.Empty(result.Errors);
        var uri = (Uri)Assert.Single(result.Output).Properties["Uri"].Value;
        return ((string)result.Output[0].Properties["Host"].Value, uri.Port);
    }

    private static SecureString Secure(string text) => new NetworkCredential("", text).SecurePassword;

    private static async Task<(HttpStatusCode Status, string Text)> WhoAmIAsync((string Host, int Port) server, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{server.Host}/whoami");
        request.Headers.Authorization = new("Bearer", token);
        using var response = await Wire.Http.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static bool IsListening(int port)
    {
        try
        {
            using var client = new TcpClient("localhost", port);
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return false;
        }
    }
}
