using System.Collections.Concurrent;
using System.Diagnostics;
using Agentdom.AspNetCore;
using Agentdom.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Agentdom.Tests.Pipelines;

/// <summary>
/// Runs the samples in samples/pipelines step by step in real pwsh processes against a real issuer. The parts of a hosted runner
/// are simulated: its variables, and what it adds before and after a script.
/// </summary>
public sealed class PipelineTests : IDisposable
{
    private readonly string _work = TestPaths.NewFolder();
    private readonly ConcurrentQueue<string> _tokens = new();
    private readonly List<string> _ran = [];
    private string _log = "";

    public void Dispose() => Directory.Delete(_work, recursive: true);

    [Theory, InlineData(true), InlineData(false)]
    public async Task TheTokenIsUsedAndThenRevoked(bool gitHub)
    {
        await using var issuer = await StartAsync(orders: 200);
        var pipeline = Read(gitHub, TestIssuer.SecretText);

        Assert.True(await RunAsync(pipeline, gitHub, issuer), _log);
        Assert.Equal(["Install Agentdom", "Get a token", "Fetch the orders", "Revoke the token"], _ran);
        Assert.Contains(gitHub ? "github:octo/shop:nightly-orders" : "azure:shop:nightly-orders",
            await File.ReadAllTextAsync(Orders, TestContext.Current.CancellationToken));
        await AssertNothingIsLeftAsync(issuer);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task TheTokenIsRevokedIfTheWorkFails(bool gitHub)
    {
        await using var issuer = await StartAsync(orders: 500);

        Assert.False(await RunAsync(Read(gitHub, TestIssuer.SecretText), gitHub, issuer), _log);
        Assert.Equal(["Install Agentdom", "Get a token", "Fetch the orders (failed)", "Revoke the token"], _ran);
        Assert.False(File.Exists(Orders));
        await AssertNothingIsLeftAsync(issuer);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task WithoutATokenThereIsNothingToRevokeAndTheReasonIsInTheLog(bool gitHub)
    {
        await using var issuer = await StartAsync(orders: 200);

        Assert.False(await RunAsync(Read(gitHub, "a wrong secret of more than 32 bytes"), gitHub, issuer), _log);
        Assert.Equal(["Install Agentdom", "Get a token (failed)", "Revoke the token"], _ran);
        // pwsh breaks lines wherever they end.
        Assert.Matches(string.Join(@"[\s|]+", "Check that the shared secret is the one".Split(' ')), _log);
        Assert.Empty(_tokens);
    }

    [Theory, InlineData(true), InlineData(false)]
    public void OneStepSeesTheSecret(bool gitHub)
    {
        var pipeline = Read(gitHub, "the secret");
        Assert.DoesNotContain("the secret", pipeline.Environment.Values);
        var step = Assert.Single(pipeline.Steps, s => s.Environment.Values.Contains("the secret"));
        Assert.Equal(("Get a token", "the secret"), (step.Name, step.Environment[Pipeline.SecretVariable]));
    }

    [Theory, InlineData(200), InlineData(500)]
    public async Task TheRunbookOfAzureAutomationRevokesItsToken(int orders)
    {
        await using var issuer = await StartAsync(orders);
        // A fake, because the real command only exists in Azure.
        const string credential = "function Get-AutomationPSCredential($Name) { " +
            "[pscredential]::new('unused', (ConvertTo-SecureString $env:TEST_SECRET -AsPlainText -Force)) }";
        var runbook = Path.Combine(TestPaths.RepositoryRoot, "samples", "pipelines", "azure-automation.ps1");

        var worked = await RunAsync($"{credential}\n& '{runbook}' -Api $env:TEST_API",
            new()
            {
                ["TEST_SECRET"] = TestIssuer.SecretText,
                ["TEST_API"] = issuer.Uri("").ToString(),
                ["TMPDIR"] = _work,
                ["TMP"] = _work,
            });

        Assert.Equal(orders == 200, worked);
        Assert.Contains(orders == 200 ? "azure-automation:nightly-orders" : "500", _log);
        Assert.Empty(Directory.GetDirectories(_work, "agentdom-*"));
        await AssertNothingIsLeftAsync(issuer);
    }

    private string Orders => Path.Combine(_work, "orders.json");

    private static Pipeline Read(bool gitHub, string secret) => gitHub
        ? Pipeline.GitHub(new() { ["secrets.ATP_SECRET"] = secret, ["github.repository"] = "octo/shop" })
        : Pipeline.Azure(new() { ["AtpSecret"] = secret, ["System.TeamProject"] = "shop", ["Agent.TempDirectory"] = "TEMP" });

    private Task<TestIssuer> StartAsync(int orders) => TestIssuer.StartAsync(map: app => app
        .MapGet("/orders", (HttpContext http) =>
        {
            _tokens.Enqueue(http.Request.Headers.Authorization.ToString()["Bearer ".Length..]);
            return orders == 200 ? Results.Json(new { agent = http.User.Identity!.Name }) : Results.StatusCode(orders);
        })
        .RequireAgentScope("data.read"));

    /// <summary>Whether the job would succeed.</summary>
    private async Task<bool> RunAsync(Pipeline pipeline, bool gitHub, TestIssuer issuer)
    {
        var temp = Directory.CreateDirectory(Path.Combine(_work, "temp")).FullName;
        var added = Path.Combine(temp, "github-env");
        await File.WriteAllTextAsync(added, "", TestContext.Current.CancellationToken);
        var job = pipeline.Environment.ToDictionary(v => v.Key, v => v.Value.Replace("TEMP", temp, StringComparison.Ordinal));
        Assert.StartsWith("https://", job["API"], StringComparison.Ordinal);
        job["API"] = $"http://{issuer.Name}";

        var succeeded = true;
        foreach (var step in pipeline.Steps.Where(s => succeeded || s.Always))
        {
            var environment = new Dictionary<string, string>(job);
            if (gitHub) (environment["GITHUB_ACTIONS"], environment["RUNNER_TEMP"], environment["GITHUB_ENV"]) = ("true", temp, added);
            else environment["TF_BUILD"] = "True";
            foreach (var line in await File.ReadAllLinesAsync(added, TestContext.Current.CancellationToken))
                environment[line.Split('=', 2)[0]] = line.Split('=', 2)[1];
            foreach (var (name, value) in step.Environment) environment[name] = value;

            var worked = await RunAsync(step.Script, environment);
            _ran.Add(worked ? step.Name : $"{step.Name} (failed)");
            succeeded &= worked;
        }
        return succeeded;
    }

    private async Task<bool> RunAsync(string script, Dictionary<string, string> environment)
    {
        var file = Path.Combine(_work, "step.ps1");
        // The second line is only needed because the test's issuer uses http.
        await File.WriteAllTextAsync(file, $$"""
            $ErrorActionPreference = 'stop'
            $PSDefaultParameterValues['Invoke-RestMethod:AllowUnencryptedAuthentication'] = $true
            {{script}}
            if ((Test-Path -LiteralPath variable:\LASTEXITCODE)) { exit $LASTEXITCODE }
            """, TestContext.Current.CancellationToken);
        var start = new ProcessStartInfo("dotnet", [TestPaths.Pwsh, "-NoProfile", "-NonInteractive", "-Command", $". '{file}'"])
        {
            WorkingDirectory = _work,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["HOME"] = _work,
                ["NO_COLOR"] = "1",
                ["POWERSHELL_TELEMETRY_OPTOUT"] = "1",
                ["PSModulePath"] = Path.Combine(TestPaths.RepositoryRoot, "out"),
            },
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        _log += await process.StandardOutput.ReadToEndAsync() + await errors;
        await process.WaitForExitAsync();
        return process.ExitCode == 0;
    }

    private async Task AssertNothingIsLeftAsync(TestIssuer issuer)
    {
        var token = Assert.Single(_tokens);
        var verdict = await TestIssuer.ReadAsync(await issuer.PostAsync("/v1/agent-tokens/verify", $$"""{"token":"{{token}}"}"""));
        Assert.False(verdict.Flag("valid"));
        Assert.Empty(Directory.GetFiles(_work, "*.secret", SearchOption.AllDirectories));
        Assert.DoesNotContain(token, _log);
        Assert.DoesNotContain(TestIssuer.SecretText, _log);
    }
}
