using System.Text.RegularExpressions;
using Agentdom.Tests.Support;
using YamlDotNet.RepresentationModel;

namespace Agentdom.Tests.Pipelines;

/// <summary>The job of a GitHub workflow. Steps that use this repository's actions are replaced by the steps of those.</summary>
internal static partial class GitHubWorkflow
{
    // As in the samples and the documentation.
    private const string Action = "OWNER/agentdom";

    [GeneratedRegex(@"\$\{\{ *(.+?) *\}\}")]
    internal static partial Regex Expression { get; }

    [GeneratedRegex(@"^inputs\.([\w-]+) != ''$")]
    private static partial Regex IsGiven { get; }

    /// <param name="text">The workflow.</param>
    /// <param name="expressions">The value of each expression. An expression that is not listed is an error.</param>
    /// <param name="inputs">More inputs for the actions.</param>
    internal static Pipeline Read(string text, Dictionary<string, string> expressions, params (string Name, string Value)[] inputs)
    {
        var root = Yaml.Read(text);
        var environment = root.Texts("env", Expression, expressions);
        var known = new Dictionary<string, string>(expressions);
        foreach (var (name, value) in environment) known[$"env.{name}"] = value;
        var job = (YamlMappingNode)Assert.Single(root.Map("jobs").Children).Value;
        var shell = job.Children.ContainsKey("defaults") ? job.Map("defaults").Map("run").Text("shell") : null;
        return new Pipeline(environment, [.. job.Steps().SelectMany(step => StepsOf(step, shell, known, inputs))]);
    }

    /// <summary>The steps of one of this repository's actions.</summary>
    /// <param name="folder">Its folder in the repository, or nothing for the root.</param>
    /// <param name="inputs">The inputs that the workflow specifies.</param>
    /// <param name="always">Whether it runs after a failure too.</param>
    internal static IEnumerable<PipelineStep> ActionSteps(
        string folder, IReadOnlyDictionary<string, string> inputs, bool always = false)
    {
        var path = Path.Combine(TestPaths.RepositoryRoot, folder);
        var action = Yaml.Read(File.ReadAllText(Path.Combine(path, "action.yml")));
        var all = action.Children.ContainsKey("inputs")
            ? action.Map("inputs").Children.ToDictionary(
                static i => ((YamlScalarNode)i.Key).Value!, static i => ((YamlMappingNode)i.Value).Text("default")!)
            : [];
        foreach (var (name, value) in inputs)
        {
            Assert.Contains(name, all.Keys);
            all[name] = value;
        }
        var expressions = all.ToDictionary(static i => $"inputs.{i.Key}", static i => i.Value);
        foreach (var step in action.Map("runs").Steps())
        {
            var given = step.Text("if") is { } text ? IsGiven.Match(text) : Match.Empty;
            if (given.Success && all[given.Groups[1].Value].Length == 0) continue;
            var afterFailure = !given.Success && Yaml.IsAlways(step.Text("if"));
            Assert.Equal("pwsh", step.Text("shell"));
            var environment = step.Texts("env", Expression, expressions);
            environment["GITHUB_ACTION_PATH"] = path;
            yield return new PipelineStep(step.Text("name")!, StepShell.StrictPwsh, Replace(step.Text("run")!, expressions), environment,
                always || afterFailure);
        }
    }

    private static string Replace(string script, Dictionary<string, string> expressions) =>
        Expression.Replace(script, match => expressions[match.Groups[1].Value]);

    private static IEnumerable<PipelineStep> StepsOf(
        YamlMappingNode step, string? shell, Dictionary<string, string> expressions, (string Name, string Value)[] inputs)
    {
        var environment = step.Texts("env", Expression, expressions);
        var always = Yaml.IsAlways(step.Text("if"));
        if (step.Text("uses") is not { } uses)
        {
            Assert.Equal("pwsh", step.Text("shell") ?? shell);
            return [new PipelineStep(step.Text("name") ?? "Run", StepShell.StrictPwsh,
                Replace(step.Text("run")!, expressions), environment, always)];
        }
        // The SDK is here.
        if (uses.StartsWith("actions/setup-dotnet@", StringComparison.Ordinal)) return [];
        Assert.StartsWith(Action, uses, StringComparison.Ordinal);
        var folder = uses[Action.Length..uses.IndexOf('@', StringComparison.Ordinal)].TrimStart('/');
        var given = step.Texts("with", Expression, expressions);
        if (folder.Length == 0) foreach (var (name, value) in inputs) given[name] = value;
        return ActionSteps(folder, given, always).Select(inner => inner with
        {
            Environment = environment.Concat(inner.Environment).ToDictionary(),
        });
    }
}
