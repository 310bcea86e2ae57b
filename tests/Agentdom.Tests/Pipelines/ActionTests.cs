using System.Text.RegularExpressions;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Pipelines;

/// <summary>The GitHub actions of this repository, step by step in real pwsh processes against a real issuer.</summary>
public sealed partial class ActionTests
{
    private const string Revoke = ".github/actions/revoke";
    private const string Injection = "'; Set-Content pwned.txt 'yes'; $(Set-Content pwned.txt 'yes') \"; Set-Content pwned.txt 'yes'; '";

    private static readonly Sample s_sample = Sample.All.Single(static s => s.File == "github-action.yml");

    [GeneratedRegex("^```yaml\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block { get; }

    [Fact]
    public async Task TheJobInTheDocumentationWorksByItsEnvironmentAlone()
    {
        await using var api = await OrdersApi.StartAsync();
        using var runner = NewRunner(api);
        var page = (await ReadAsync("docs/ci.md")).Replace("\r", "", StringComparison.Ordinal);
        var workflow = runner.Localize(Assert.Single(Block.Matches(page)).Groups[1].Value);

        Assert.True(await runner.RunAsync(
            GitHubWorkflow.Read(workflow, new() { ["secrets.ATP_SECRET"] = TestIssuer.SecretText })), runner.Log);

        Assert.Matches(@"agent\s+-+\s+github:octo/shop:orders", runner.Log);
        Assert.False(await api.IsValidAsync(Assert.Single(api.Tokens)));
        Assert.False(Directory.Exists(VaultOf(runner)));
    }

    [Fact]
    public async Task TheTokenIsMasked()
    {
        await using var api = await OrdersApi.StartAsync();
        using var runner = NewRunner(api);

        Assert.True(await runner.RunAsync(s_sample.Read(runner, TestIssuer.SecretText)), runner.Log);

        Assert.Equal(api.Tokens, runner.Masked);
    }

    [Fact]
    public async Task TheModuleIsInstalledFromAFeed()
    {
        SkipWhereTheUsersModulesCannotBeElsewhere();
        await using var api = await OrdersApi.StartAsync();
        using var runner = NewRunner(api, hasModule: false);
        var feed = Directory.CreateDirectory(Path.Combine(runner.Work, "feed")).FullName;
        Assert.True(await runner.RunAsync($"Register-PSResourceRepository published -Uri '{feed}' -Trusted; " +
            $"Publish-PSResource '{Path.GetDirectoryName(TestPaths.ModuleManifest)}' -Repository published"), runner.Log);

        Assert.True(await runner.RunAsync(
            s_sample.Read(runner, TestIssuer.SecretText, ("feed", feed), ("feed-token", "a token that a folder ignores"))), runner.Log);

        Assert.Single(api.Tokens);
        Assert.Single(InstalledVersions(runner));
        Assert.DoesNotContain("a token that a folder ignores", runner.Log);
    }

    [Fact]
    public async Task TheModuleIsBuiltFromTheCommitOfTheAction()
    {
        SkipWhereTheUsersModulesCannotBeElsewhere();
        await using var api = await OrdersApi.StartAsync();
        using var runner = NewRunner(api, hasModule: false);
        var clone = CloneTo(Path.Combine(runner.Work, "clone"));
        var install = GitHubWorkflow.ActionSteps("", new Dictionary<string, string>()).First();
        install = install with { Environment = new Dictionary<string, string>(install.Environment) { ["GITHUB_ACTION_PATH"] = clone } };

        Assert.True(await runner.RunAsync(install, BuildHere()), runner.Log);

        Assert.Single(InstalledVersions(runner));
        Assert.True(await runner.RunAsync("Import-Module Agentdom; \"secret of $((New-AtpSecret -AsPlainText).Length)\""), runner.Log);
        Assert.Contains("secret of 43", runner.Log);
    }

    [Theory]
    [InlineData("host", Injection)]
    [InlineData("scopes", Injection)]
    [InlineData("purpose", Injection)]
    [InlineData("secret", Injection)]
    [InlineData("agent-id", Injection)]
    [InlineData("agent-id", "agent\nPATH=/evil")]
    [InlineData("agent-id", "agent\rPATH=/evil")]
    public async Task AnInputIsNeverCode(string input, string value)
    {
        await using var api = await OrdersApi.StartAsync();
        using var runner = NewRunner(api);

        await runner.RunAsync(s_sample.Read(runner, TestIssuer.SecretText, (input, value)));

        Assert.DoesNotContain(Directory.GetFiles(runner.Work, "pwned*", SearchOption.AllDirectories), static _ => true);
        Assert.All(await File.ReadAllLinesAsync(runner.Added, TestContext.Current.CancellationToken),
            static line => Assert.StartsWith("AGENTDOM_", line));
    }

    [Theory]
    [InlineData("action.yml")]
    [InlineData(".github/actions/revoke/action.yml")]
    [InlineData("samples/pipelines/github.yml")]
    [InlineData("samples/pipelines/github-action.yml")]
    public async Task NoScriptContainsAnExpression(string file)
    {
        var root = Yaml.Read(await ReadAsync(file));
        var job = root.Children.ContainsKey("runs") ? root.Map("runs") : root.Map("jobs").Map("orders");
        Assert.All(job.Steps().Select(static step => step.Text("run")).OfType<string>(),
            static script => Assert.DoesNotContain("${{", script));
    }

    [Fact]
    public async Task AHostWithoutScopesIsAnErrorThatSaysWhatToAdd()
    {
        await using var api = await OrdersApi.StartAsync();
        using var runner = NewRunner(api);

        Assert.False(await runner.RunAsync(s_sample.Read(runner, TestIssuer.SecretText, ("scopes", " "))));

        Assert.True(runner.HasLogged("Specify the scopes of the token"), runner.Log);
    }

    [Fact]
    public async Task ScopesAndAgentIdAreThoseOfTheInputs()
    {
        await using var api = await OrdersApi.StartAsync();
        using var runner = NewRunner(api);

        var steps = GitHubWorkflow.ActionSteps("", new Dictionary<string, string>
        {
            ["host"] = api.Issuer.Name,
            ["scopes"] = "data.read, data.write",
            ["agent-id"] = "my agent: 7",
            ["secret"] = TestIssuer.SecretText,
        });
        Assert.True(await runner.RunAsync(new Pipeline(new Dictionary<string, string>(), [.. steps])), runner.Log);

        Assert.True(await runner.RunAsync(
            "$t = Get-AtpToken; \"$($t.AgentId) may $($t.ScopesGranted -join '+')\""), runner.Log);
        Assert.Contains("my agent: 7 may data.read+data.write", runner.Log);
    }

    [Fact]
    public async Task AllTokensOfTheJobAreRevokedWhoeverRequestedThem()
    {
        await using var api = await OrdersApi.StartAsync();
        using var runner = NewRunner(api);
        var setUp = GitHubWorkflow.ActionSteps("", new Dictionary<string, string>());
        Assert.True(await runner.RunAsync(new Pipeline(new Dictionary<string, string>(), [.. setUp])), runner.Log);
        Assert.True(await runner.RunAsync(
            "foreach ($id in 'one', 'two') { $null = Invoke-AtpRestMethod $env:ORDERS -Scope data.read -AgentId $id }",
            ("ORDERS", api.Issuer.Uri("/orders").ToString()), (Pipeline.SecretVariable, TestIssuer.SecretText)), runner.Log);

        Assert.True(await RunRevokeAsync(runner), runner.Log);

        Assert.Equal(2, api.Tokens.Distinct().Count());
        foreach (var token in api.Tokens) Assert.False(await api.IsValidAsync(token));
        Assert.False(Directory.Exists(VaultOf(runner)));
    }

    [Fact]
    public async Task WithoutAVaultOfTheJobTheVaultOfTheUserIsLeftAlone()
    {
        await using var api = await OrdersApi.StartAsync();
        using var runner = NewRunner(api);
        Assert.True(await runner.RunAsync("$null = Invoke-AtpRestMethod $env:ORDERS -Scope data.read",
            ("ORDERS", api.Issuer.Uri("/orders").ToString()), (Pipeline.SecretVariable, TestIssuer.SecretText)), runner.Log);

        Assert.True(await RunRevokeAsync(runner), runner.Log);

        Assert.Contains("nothing to revoke", runner.Log);
        Assert.True(await api.IsValidAsync(Assert.Single(api.Tokens)));
    }

    private static Task<bool> RunRevokeAsync(Runner runner) => runner.RunAsync(
        new Pipeline(new Dictionary<string, string>(), [.. GitHubWorkflow.ActionSteps(Revoke, new Dictionary<string, string>())]));

    private static Runner NewRunner(OrdersApi api, bool hasModule = true)
    {
        var runner = new Runner(api.Issuer, hasModule);
        runner.BeGitHub();
        return runner;
    }

    private static void SkipWhereTheUsersModulesCannotBeElsewhere() =>
        Assert.SkipWhen(OperatingSystem.IsWindows(), "On Windows the user's module path cannot be changed.");

    private static string VaultOf(Runner runner) => Path.Combine(runner.Temp, "agentdom");

    private static string[] InstalledVersions(Runner runner) =>
        Directory.GetDirectories(Path.Combine(runner.Work, ".local", "share", "powershell", "Modules", "Agentdom"));

    private static Task<string> ReadAsync(string file) =>
        File.ReadAllTextAsync(Path.Combine(TestPaths.RepositoryRoot, file), TestContext.Current.CancellationToken);

    // The files that the build of the module reads, as a checkout has them.
    private static string CloneTo(string clone)
    {
        string[] folders = ["src", "docs/en-US"];
        var files = Directory.GetFiles(TestPaths.RepositoryRoot).Concat(
            folders.SelectMany(f => Directory.GetFiles(Path.Combine(TestPaths.RepositoryRoot, f), "*", SearchOption.AllDirectories)));
        foreach (var file in files)
        {
            var path = Path.GetRelativePath(TestPaths.RepositoryRoot, file);
            if (path.Split(Path.DirectorySeparatorChar).Any(static part => part is "bin" or "obj" or ".git")) continue;
            var copy = Path.Combine(clone, path);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
        return clone;
    }

    // With the packages of this build, and without a build server that goes on after the test.
    private static Dictionary<string, string> BuildHere() => new()
    {
        ["NUGET_PACKAGES"] = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages"),
        ["MSBUILDDISABLENODEREUSE"] = "1",
        ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0",
        ["UseSharedCompilation"] = "false",
        ["NuGetAudit"] = "false",
    };
}
