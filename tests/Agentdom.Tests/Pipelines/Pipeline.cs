using System.Text.RegularExpressions;
using Agentdom.Tests.Support;
using YamlDotNet.RepresentationModel;

namespace Agentdom.Tests.Pipelines;

/// <summary>One step of a pipeline that runs a script in pwsh.</summary>
internal sealed record PipelineStep(string Name, string Script, IReadOnlyDictionary<string, string> Environment, bool Always);

/// <summary>The job of a pipeline file, with its expressions replaced as the runner would.</summary>
internal sealed partial record Pipeline(IReadOnlyDictionary<string, string> Environment, IReadOnlyList<PipelineStep> Steps)
{
    internal const string SecretVariable = "AGENTDOM_ATP_SECRET";

    [GeneratedRegex(@"\$\{\{ *(.+?) *\}\}")]
    private static partial Regex GitHubExpression { get; }

    [GeneratedRegex(@"\$\(([A-Za-z.]+)\)")]
    private static partial Regex AzureMacro { get; }

    /// <param name="expressions">The value of each expression. An expression that is not listed is an error.</param>
    internal static Pipeline GitHub(Dictionary<string, string> expressions)
    {
        var root = Read("github.yml");
        var job = (YamlMappingNode)Assert.Single(Map(root, "jobs").Children).Value;
        Assert.Equal("pwsh", Text(Map(Map(job, "defaults"), "run"), "shell"));
        return new Pipeline(Texts(root, "env", GitHubExpression, expressions), [.. StepsOf(job).Select(step => new PipelineStep(
            Text(step, "name")!, Text(step, "run")!, Texts(step, "env", GitHubExpression, expressions), IsAlways(Text(step, "if"))))]);
    }

    /// <inheritdoc cref="GitHub"/>
    internal static Pipeline Azure(Dictionary<string, string> expressions)
    {
        var root = Read("azure-pipelines.yml");
        return new Pipeline(Texts(root, "variables", AzureMacro, expressions), [.. StepsOf(root)
            .Where(step => Text(step, "checkout") is null)
            .Select(step => new PipelineStep(Text(step, "displayName")!, Text(step, "pwsh")!,
                Texts(step, "env", AzureMacro, expressions), IsAlways(Text(step, "condition"))))]);
    }

    private static YamlMappingNode Read(string file)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(File.ReadAllText(Path.Combine(TestPaths.RepositoryRoot, "samples", "pipelines", file))));
        return (YamlMappingNode)Assert.Single(yaml.Documents).RootNode;
    }

    private static bool IsAlways(string? condition)
    {
        if (condition is not null) Assert.Equal("always()", condition);
        return condition is not null;
    }

    private static IEnumerable<YamlMappingNode> StepsOf(YamlMappingNode job) =>
        ((YamlSequenceNode)job.Children["steps"]).Cast<YamlMappingNode>();

    private static YamlMappingNode Map(YamlMappingNode node, string key) => (YamlMappingNode)node.Children[key];

    private static string? Text(YamlMappingNode node, string key) =>
        node.Children.TryGetValue(key, out var value) ? ((YamlScalarNode)value).Value : null;

    private static Dictionary<string, string> Texts(
        YamlMappingNode node, string key, Regex expression, Dictionary<string, string> expressions) =>
        node.Children.TryGetValue(key, out var values)
            ? ((YamlMappingNode)values).Children.ToDictionary(v => ((YamlScalarNode)v.Key).Value!,
                v => expression.Replace(((YamlScalarNode)v.Value).Value!, match => expressions[match.Groups[1].Value]))
            : [];
}
