using System.Text.RegularExpressions;

namespace Agentdom.Tests.Pipelines;

/// <summary>The job of an Azure pipeline.</summary>
internal static partial class AzurePipeline
{
    [GeneratedRegex(@"\$\(([A-Za-z.]+)\)")]
    private static partial Regex Macro { get; }

    /// <inheritdoc cref="GitHubWorkflow.Read"/>
    internal static Pipeline Read(string text, Dictionary<string, string> expressions)
    {
        var root = Yaml.Read(text);
        return new Pipeline(root.Texts("variables", Macro, expressions), [.. root.Steps()
            .Where(static step => step.Text("checkout") is null)
            .Select(step => new PipelineStep(step.Text("displayName")!, StepShell.StrictPwsh,
                // A macro without a value stays, which is also what PowerShell's $(…) looks like.
                Macro.Replace(step.Text("pwsh")!, macro => expressions.GetValueOrDefault(macro.Groups[1].Value, macro.Value)),
                step.Texts("env", Macro, expressions), Yaml.IsAlways(step.Text("condition"))))]);
    }
}
