using Agentdom.Tests.Support;

namespace Agentdom.Tests.Pipelines;

/// <summary>Runs the samples in samples/pipelines step by step in real pwsh processes against a real issuer.</summary>
public sealed class PipelineTests
{
    public static TheoryData<string> Samples => [.. Sample.All.Select(static sample => sample.File)];

    [Theory, MemberData(nameof(Samples))]
    public async Task TheTokenIsUsedAndThenRevoked(string file)
    {
        var sample = Find(file);
        await using var api = await OrdersApi.StartAsync();
        using var runner = NewRunner(sample, api);

        Assert.True(await runner.RunAsync(sample.Read(runner, TestIssuer.SecretText)), runner.Log);
        Assert.Equal(sample.Steps, runner.Ran);
        Assert.Equal(sample.InstallsTheModule ? api.Tokens : [], runner.Masked);
        Assert.Contains(sample.AgentId, await File.ReadAllTextAsync(Orders(runner), TestContext.Current.CancellationToken));
        await AssertNothingIsLeftAsync(runner, api);
    }

    [Theory, MemberData(nameof(Samples))]
    public async Task TheTokenIsRevokedIfTheWorkFails(string file)
    {
        var sample = Find(file);
        await using var api = await OrdersApi.StartAsync(500);
        using var runner = NewRunner(sample, api);

        Assert.False(await runner.RunAsync(sample.Read(runner, TestIssuer.SecretText)), runner.Log);
        Assert.Equal(sample.StepsIfOneFails(sample.Uses), runner.Ran);
        Assert.False(File.Exists(Orders(runner)));
        await AssertNothingIsLeftAsync(runner, api);
    }

    [Theory, MemberData(nameof(Samples))]
    public async Task WithoutATokenThereIsNothingToRevokeAndTheReasonIsInTheLog(string file)
    {
        var sample = Find(file);
        await using var api = await OrdersApi.StartAsync();
        using var runner = NewRunner(sample, api);

        Assert.False(await runner.RunAsync(sample.Read(runner, "a wrong secret of more than 32 bytes")), runner.Log);
        Assert.Equal(sample.StepsIfOneFails(sample.Requests), runner.Ran);
        Assert.True(runner.HasLogged("Check that the shared secret is the one"), runner.Log);
        Assert.Empty(api.Tokens);
    }

    [Theory, MemberData(nameof(Samples))]
    public async Task OneStepSeesTheSecretAndItIsForOneHost(string file)
    {
        var sample = Find(file);
        await using var api = await OrdersApi.StartAsync();
        using var runner = NewRunner(sample, api);
        var pipeline = sample.Read(runner, "the secret");

        Assert.Equal(api.Issuer.Name, pipeline.Environment["AGENTDOM_ATP_HOSTS"]);
        var steps = pipeline.Steps.Where(static s => s.Environment.Values.Contains("the secret")).Select(static s => s.Name);
        Assert.Equal(sample.ShowsTheSecretToOneStep ? [sample.Requests] : [], steps);
        Assert.Equal(!sample.ShowsTheSecretToOneStep, pipeline.Environment.Values.Contains("the secret"));
        Assert.DoesNotContain(pipeline.Steps, static s => s.Script.Contains("the secret", StringComparison.Ordinal));
    }

    private static Sample Find(string file) => Sample.All.Single(sample => sample.File == file);

    private static string Orders(Runner runner) => Path.Combine(runner.Work, "orders.json");

    private static Runner NewRunner(Sample sample, OrdersApi api)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() && sample.File == "gitlab-ci.yml", "The sample is for runners with bash.");
        var runner = new Runner(api.Issuer, hasModule: !sample.InstallsTheModule);
        if (sample.IsGitHub) runner.BeGitHub();
        if (sample.File == "azure-pipelines.yml") runner.Set("TF_BUILD", "True");
        return runner;
    }

    private static async Task AssertNothingIsLeftAsync(Runner runner, OrdersApi api)
    {
        var token = Assert.Single(api.Tokens);
        Assert.False(await api.IsValidAsync(token));
        Assert.Empty(Directory.GetFiles(runner.Work, "*.secret", SearchOption.AllDirectories));
        Assert.DoesNotContain(token, runner.Log);
        Assert.DoesNotContain(TestIssuer.SecretText, runner.Log);
    }
}
