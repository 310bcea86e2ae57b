using System.Text.RegularExpressions;

namespace Agentdom.Tests.Pipelines;

/// <summary>The stages of a declarative Jenkinsfile that is indented as usual.</summary>
internal static partial class Jenkinsfile
{
    [GeneratedRegex(@"^ {4}environment \{\n(.*?)^ {4}\}", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Environment { get; }

    [GeneratedRegex(@"^ +(\w+) = (?:'([^']*)'|""([^""]*)""|(credentials\('[\w-]+'\)))$", RegexOptions.Multiline)]
    private static partial Regex Assignment { get; }

    [GeneratedRegex(@"\$\{(.+?)\}")]
    private static partial Regex Expression { get; }

    [GeneratedRegex(@"^ {8}(?:stage\('([^']+)'\)|(always)) \{\n(.*?)^ {8}\}", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Stage { get; }

    // Groovy replaces nothing between these quotes, except after a backslash.
    [GeneratedRegex(@"\bpwsh '''([^\\]*?)'''")]
    private static partial Regex Script { get; }

    /// <inheritdoc cref="GitHubWorkflow.Read"/>
    internal static Pipeline Read(string text, Dictionary<string, string> expressions)
    {
        var stages = Stage.Matches(text);
        Assert.Equal(text.Split("pwsh ''").Length - 1, stages.Count);
        return new Pipeline(Assignments(Environment.Match(text).Groups[1].Value),
        [
            .. stages.Select(stage => new PipelineStep(stage.Groups[1].Success ? stage.Groups[1].Value : "post", StepShell.Pwsh,
                Assert.Single(Script.Matches(stage.Groups[3].Value)).Groups[1].Value,
                Assignments(stage.Groups[3].Value), stage.Groups[2].Success)),
        ]);

        Dictionary<string, string> Assignments(string block) => Assignment.Matches(block).ToDictionary(static a => a.Groups[1].Value,
            a => a.Groups[4].Success ? expressions[a.Groups[4].Value]
                : a.Groups[2].Success ? a.Groups[2].Value
                : Expression.Replace(a.Groups[3].Value, e => expressions[e.Groups[1].Value]));
    }
}
