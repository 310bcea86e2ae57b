using Agentdom.Tests.Support;

namespace Agentdom.Tests.Pipelines;

/// <summary>A file in samples/pipelines: the agent id that its issuer sees, its steps, and which of them needs the secret.</summary>
/// <param name="Ends">How many of the steps run after a failure too.</param>
internal sealed record Sample(string File, string AgentId, string[] Steps, string Requests, string Uses, int Ends = 1)
{
    private const string Install = "Install Agentdom";
    private const string Get = "Get a token";
    private const string Fetch = "Fetch the orders";

    internal static IReadOnlyList<Sample> All { get; } =
    [
        new("github.yml", "github:octo/shop:nightly-orders", [Install, Get, Fetch, "Revoke the token"], Get, Fetch),
        new("github-action.yml", "github:octo/shop:orders",
            [
                Install, "Set up the vault of this job", "Request the token", Fetch, "Revoke the tokens of this job",
                "Remove the module of this job",
            ],
            "Request the token", Fetch, Ends: 2),
        new("azure-pipelines.yml", "azure:shop:nightly-orders", [Install, Get, Fetch, "Revoke the token"], Get, Fetch),
        new("gitlab-ci.yml", "gitlab:octo/shop:nightly-orders", ["script", "after_script"], "script", "script"),
        new("Jenkinsfile", "jenkins:nightly-orders", [Install, Get, Fetch, "post"], Get, Fetch),
    ];

    /// <summary>Whether the steps install the module in any case, here from <see cref="ModuleFeed"/>.</summary>
    internal bool InstallsTheModule => File == "github-action.yml";

    internal bool IsGitHub => File.StartsWith("github", StringComparison.Ordinal);

    /// <summary>GitLab passes a secret to all commands of a job.</summary>
    internal bool ShowsTheSecretToOneStep => File != "gitlab-ci.yml";

    /// <summary>The steps that run if one of them fails, as the runner reports them.</summary>
    internal IEnumerable<string> StepsIfOneFails(string failing) =>
        [.. Steps.TakeWhile(step => step != failing), $"{failing} (failed)", .. Steps[^Ends..]];

    /// <summary>Reads the sample for a job on a runner.</summary>
    internal Pipeline Read(Runner runner, string secret, params (string Name, string Value)[] inputs)
    {
        var text = System.IO.File.ReadAllText(Path.Combine(TestPaths.RepositoryRoot, "samples", "pipelines", File))
            .Replace("\r", "", StringComparison.Ordinal);
        Assert.Contains("https://api.example.com", text);
        text = runner.Localize(text);
        return File switch
        {
            "azure-pipelines.yml" => AzurePipeline.Read(text,
                new() { ["AtpSecret"] = secret, ["System.TeamProject"] = "shop", ["Agent.TempDirectory"] = runner.Temp }),
            "gitlab-ci.yml" => WithSecret(
                GitLabPipeline.Read(text, new() { ["CI_PROJECT_PATH"] = "octo/shop", ["CI_JOB_ID"] = "17" }), secret),
            "Jenkinsfile" => Jenkinsfile.Read(text,
                new() { ["credentials('atp-secret')"] = secret, ["env.WORKSPACE_TMP"] = runner.Temp, ["env.BUILD_NUMBER"] = "17" }),
            _ => GitHubWorkflow.Read(text, new() { ["secrets.ATP_SECRET"] = secret, ["github.repository"] = "octo/shop" },
                InstallsTheModule ? [("feed", ModuleFeed.Folder), .. inputs] : inputs),
        };
    }

    private static Pipeline WithSecret(Pipeline pipeline, string secret) => pipeline with
    {
        Environment = new Dictionary<string, string>(pipeline.Environment) { [Pipeline.SecretVariable] = secret },
    };
}
