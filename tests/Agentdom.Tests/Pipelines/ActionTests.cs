using System.Text.RegularExpressions;
using Agentdom.Tests.Support;
using YamlDotNet.RepresentationModel;

namespace Agentdom.Tests.Pipelines;

/// <summary>The GitHub actions of this repository, step by step in real pwsh processes against a real issuer.</summary>
public sealed partial class ActionTests
{
    private const string Install = "Install Agentdom";
    private const string SetUp = "Set up the vault of this job";
    private const string Request = "Request the token";
    private const string Revoke = ".github/actions/revoke";
    // Runs without quotes around it, in double quotes and in single quotes.
    private const string Injection = "$(Set-Content pwned.txt yes)'; Set-Content pwned.txt yes; '";

    private static readonly Dictionary<string, string> s_none = [];

    [GeneratedRegex("^```yaml\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block { get; }

    [Fact]
    public async Task TheJobInTheDocumentationWorks()
    {
        await using var api = await OrdersApi.StartAsync();
        using var runner = NewRunner(api, hasModule: false);
        var page = (await ReadAsync("docs/ci.md")).Replace("\r", "", StringComparison.Ordinal);
        var workflow = runner.Localize(Assert.Single(Block.Matches(page)).Groups[1].Value);

        Assert.True(await runner.RunAsync(GitHubWorkflow.Read(
            workflow, new() { ["secrets.ATP_SECRET"] = TestIssuer.SecretText }, ("feed", ModuleFeed.Folder))), runner.Log);

        Assert.Matches(@"agent\s+-+\s+github:octo/shop:orders", runner.Log);
        Assert.False(await api.IsValidAsync(Assert.Single(api.Tokens)));
        Assert.Empty(Directory.GetDirectories(runner.Temp));
    }

    [Fact]
    public async Task TheModuleOfTheFeedIsUsedWhateverElseIsInstalled()
    {
        await using var api = await OrdersApi.StartAsync();
        using var runner = NewRunner(api, hasModule: false);
        var other = InstallForTheUser(runner, "99.1.0");
        var feedWithoutIt = Directory.CreateDirectory(Path.Combine(runner.Work, "feed")).FullName;

        Assert.False(await runner.RunAsync(Step(Install, ("feed", feedWithoutIt)), s_none), runner.Log);
        Assert.True(await runner.RunAsync(
            Step(Install, ("feed", ModuleFeed.Folder), ("feed-token", "a token that a folder ignores")), s_none), runner.Log);
        Assert.True(await runner.RunAsync("\"Used: $((New-AtpSecret -AsPlainText).Length), $((Get-Module Agentdom).ModuleBase)\"; " +
            "\"Left: $((Get-PSResourceRepository agentdom-*).Name).\""), runner.Log);

        Assert.Contains($"Used: 43, {Path.Combine(runner.Temp, "agentdom-modules", "Agentdom")}", runner.Log);
        Assert.Contains("Left: .", runner.Log);
        Assert.DoesNotContain("a token that a folder ignores", runner.Log);
        Assert.Equal([other], Directory.GetDirectories(Path.GetDirectoryName(other)!));
    }

    // The build itself is replaced by one that is there already, because it takes a minute. The workflow ci.yml has the real one.
    [Theory]
    [InlineData("8.0.404 [/sdk]\n10.0.100 [/sdk]", true)]
    [InlineData("8.0.404 [/sdk]", false)]
    public async Task WithoutAFeedTheModuleIsBuiltFromTheCommitOfTheAction(string sdks, bool builds)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The replacement of the build is a shell script.");
        await using var api = await OrdersApi.StartAsync();
        using var runner = NewRunner(api, hasModule: false);
        var clone = Directory.CreateDirectory(Path.Combine(runner.Work, "clone")).FullName;
        File.Copy(Path.Combine(TestPaths.RepositoryRoot, "build.ps1"), Path.Combine(clone, "build.ps1"));
        Directory.CreateSymbolicLink(Path.Combine(clone, "out"), Path.Combine(TestPaths.RepositoryRoot, "out"));
        runner.AddProgram("dotnet", "[ \"$1\" = --list-sdks ] && echo \"$SDKS\" || echo \"dotnet $*\"");
        runner.Set("SDKS", sdks);
        var modules = Path.Combine(runner.Temp, "agentdom-modules");
        var ofAnotherCommit = Directory.CreateDirectory(Path.Combine(modules, "Agentdom", "99.1.0")).FullName;
        var install = Step(Install);

        Assert.Equal(builds, await runner.RunAsync(
            install with { Environment = new Dictionary<string, string>(install.Environment) { ["GITHUB_ACTION_PATH"] = clone } }, s_none));

        Assert.Equal(builds, runner.Log.Contains("dotnet build src/Agentdom --configuration Release", StringComparison.Ordinal));
        Assert.Equal(!builds, runner.HasLogged("There is no .NET 10 SDK to build Agentdom with."));
        Assert.False(Directory.Exists(ofAnotherCommit));
        Assert.Equal(builds ? 1 : 0, Directory.GetFiles(modules, "Agentdom.psd1", SearchOption.AllDirectories).Length);
        Assert.False(Directory.Exists(Path.Combine(UsersModules(runner), "Agentdom")));
        Assert.Equal(builds, (await AddedAsync(runner)).Contains($"PSModulePath={modules}:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task NoInputIsEverCode()
    {
        await using var api = await OrdersApi.StartAsync();
        using var runner = NewRunner(api);
        var inputs = Yaml.Read(await ReadAsync("action.yml")).Map("inputs").Children.Keys.ToDictionary(
            static name => ((YamlScalarNode)name).Value!, static _ => Injection);

        await runner.RunAsync(new Pipeline(s_none, [.. GitHubWorkflow.ActionSteps("", inputs, always: true)]));

        Assert.Equal(3, runner.Ran.Count);
        Assert.Empty(Directory.GetFiles(runner.Work, "pwned*", SearchOption.AllDirectories));
        Assert.All((await AddedAsync(runner)).Split('\n', StringSplitOptions.RemoveEmptyEntries),
            static line => Assert.StartsWith("AGENTDOM_", line));
    }

    [Theory]
    [InlineData("agent\nPATH=/evil")]
    [InlineData("agent\rPATH=/evil")]
    public async Task AnAgentIdCannotSetOtherVariables(string id)
    {
        await using var api = await OrdersApi.StartAsync();
        using var runner = NewRunner(api);

        Assert.False(await runner.RunAsync(Step(SetUp, ("agent-id", id)), s_none));

        Assert.True(runner.HasLogged("The agent id must not contain a line break."), runner.Log);
        Assert.Empty(await AddedAsync(runner));
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

        Assert.False(await runner.RunAsync(Step(Request, ("host", api.Issuer.Name), ("scopes", " ")), s_none));

        Assert.True(runner.HasLogged("Specify the scopes of the token"), runner.Log);
    }

    [Fact]
    public async Task ASecretForOtherHostsIsNotUsed()
    {
        await using var api = await OrdersApi.StartAsync();
        using var runner = NewRunner(api);
        runner.Set("AGENTDOM_ATP_HOSTS", "other.example.com");

        Assert.False(await runner.RunAsync(
            Step(Request, ("host", api.Issuer.Name), ("scopes", "data.read"), ("secret", TestIssuer.SecretText)), s_none));

        Assert.True(runner.HasLogged("AGENTDOM_ATP_HOSTS does not name this host"), runner.Log);
    }

    [Fact]
    public async Task ScopesAgentIdAndTheHostOfTheSecretAreThoseOfTheInputs()
    {
        await using var api = await OrdersApi.StartAsync();
        using var runner = NewRunner(api);

        var request = Step(Request, ("host", api.Issuer.Name), ("scopes", "data.read, data.write"), ("secret", TestIssuer.SecretText));
        Assert.True(await runner.RunAsync(Step(SetUp, ("agent-id", "my agent: 7")), s_none), runner.Log);
        Assert.True(await runner.RunAsync(request with
        {
            Script = request.Script + "$t = Get-AtpToken\n" +
                "\"$($t.AgentId) may $($t.ScopesGranted -join '+'), for $env:AGENTDOM_ATP_HOSTS only\"",
        }, s_none), runner.Log);

        Assert.Contains($"my agent: 7 may data.read+data.write, for {api.Issuer.Name} only", runner.Log);
        Assert.DoesNotContain("AGENTDOM_ATP_HOSTS", await AddedAsync(runner));
    }

    [Fact]
    public async Task AllTokensOfTheJobAreRevokedWhoeverRequestedThem()
    {
        await using var api = await OrdersApi.StartAsync();
        using var runner = NewRunner(api);
        Assert.True(await runner.RunAsync(Step(SetUp), s_none), runner.Log);
        Assert.True(await runner.RunAsync(
            "foreach ($id in 'one', 'two') { $null = Invoke-AtpRestMethod $env:ORDERS -Scope data.read -AgentId $id }",
            ("ORDERS", api.Issuer.Uri("/orders").ToString()), (Pipeline.SecretVariable, TestIssuer.SecretText)), runner.Log);

        Assert.True(await runner.RunAsync(GitHubWorkflow.ActionSteps(Revoke, s_none).First(), s_none), runner.Log);

        Assert.Equal(2, api.Tokens.Distinct().Count());
        foreach (var token in api.Tokens) Assert.False(await api.IsValidAsync(token));
        Assert.Empty(Directory.GetDirectories(runner.Temp));
    }

    [Fact]
    public async Task WithoutAVaultOfTheJobTheVaultOfTheUserIsLeftAlone()
    {
        await using var api = await OrdersApi.StartAsync();
        using var runner = NewRunner(api);
        Assert.True(await runner.RunAsync("$null = Invoke-AtpRestMethod $env:ORDERS -Scope data.read",
            ("ORDERS", api.Issuer.Uri("/orders").ToString()), (Pipeline.SecretVariable, TestIssuer.SecretText)), runner.Log);

        Assert.True(await runner.RunAsync(GitHubWorkflow.ActionSteps(Revoke, s_none).First(), s_none), runner.Log);

        Assert.Contains("nothing to revoke", runner.Log);
        Assert.True(await api.IsValidAsync(Assert.Single(api.Tokens)));
    }

    private static Runner NewRunner(OrdersApi api, bool hasModule = true)
    {
        var runner = new Runner(api.Issuer, hasModule);
        runner.BeGitHub();
        return runner;
    }

    private static PipelineStep Step(string name, params (string Name, string Value)[] inputs) =>
        GitHubWorkflow.ActionSteps("", inputs.ToDictionary()).Single(step => step.Name == name);

    private static string UsersModules(Runner runner) => Path.Combine(runner.Work, ".local", "share", "powershell", "Modules");

    // Another version, which fails. On Windows the user's own folder cannot be elsewhere, so it is another one.
    private static string InstallForTheUser(Runner runner, string version)
    {
        if (OperatingSystem.IsWindows()) runner.Set("PSModulePath", UsersModules(runner));
        var module = Directory.CreateDirectory(Path.Combine(UsersModules(runner), "Agentdom", version)).FullName;
        File.WriteAllText(Path.Combine(module, "Agentdom.psm1"), "function New-AtpSecret { throw 'This is another version.' }");
        File.WriteAllText(Path.Combine(module, "Agentdom.psd1"),
            $"@{{ RootModule = 'Agentdom.psm1'; ModuleVersion = '{version}'; FunctionsToExport = 'New-AtpSecret' }}");
        return module;
    }

    private static Task<string> AddedAsync(Runner runner) =>
        File.ReadAllTextAsync(runner.Added, TestContext.Current.CancellationToken);

    private static Task<string> ReadAsync(string file) =>
        File.ReadAllTextAsync(Path.Combine(TestPaths.RepositoryRoot, file), TestContext.Current.CancellationToken);
}
