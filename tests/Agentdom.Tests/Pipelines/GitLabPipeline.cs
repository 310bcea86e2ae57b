using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Agentdom.Tests.Pipelines;

/// <summary>The job of a GitLab pipeline. GitLab runs the commands of a script in one shell, and those after it in another.</summary>
internal static partial class GitLabPipeline
{
    [GeneratedRegex(@"\$(CI_\w+)")]
    private static partial Regex Variable { get; }

    /// <inheritdoc cref="GitHubWorkflow.Read"/>
    internal static Pipeline Read(string text, Dictionary<string, string> expressions)
    {
        var job = (YamlMappingNode)Assert.Single(Yaml.Read(text).Children).Value;
        return new Pipeline(job.Texts("variables", Variable, expressions),
        [
            new PipelineStep("script", StepShell.Bash, job.Lines("script"), new Dictionary<string, string>(), Always: false),
            new PipelineStep("after_script", StepShell.Bash, job.Lines("after_script"), new Dictionary<string, string>(), Always: true),
        ]);
    }
}
