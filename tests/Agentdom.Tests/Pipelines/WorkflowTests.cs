using System.Globalization;
using System.Text.RegularExpressions;
using Agentdom.Tests.Support;
using YamlDotNet.RepresentationModel;

namespace Agentdom.Tests.Pipelines;

/// <summary>The rules for all workflows of this repository, because they run third-party code with access to it.</summary>
public sealed partial class WorkflowTests
{
    [GeneratedRegex(@"^\s*(?:- )?uses:\s*(.+)$", RegexOptions.Multiline)]
    private static partial Regex Uses { get; }

    // Dependabot reads and updates the comment.
    [GeneratedRegex(@"^[\w.-]+(/[\w.-]+)+@[0-9a-f]{40} # v\d+(\.\d+)*$")]
    private static partial Regex Pinned { get; }

    public static TheoryData<string> Workflows =>
        [.. Directory.GetFiles(Path.Combine(TestPaths.RepositoryRoot, ".github", "workflows"), "*.yml")
            .Select(f => Path.GetFileName(f)).Order()];

    [Fact]
    public void ThereAreWorkflows() => Assert.Contains("ci.yml", Workflows.Select(static row => row.Data));

    [Theory, MemberData(nameof(Workflows))]
    public void EveryActionIsPinnedToACommit(string file)
    {
        var uses = Uses.Matches(Read(file)).Select(static match => match.Groups[1].Value.TrimEnd())
            // The actions of this repository are those of the same commit.
            .Where(static action => !action.StartsWith("./", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(uses);
        Assert.All(uses, static action => Assert.Matches(Pinned, action));
    }

    [Theory, MemberData(nameof(Workflows))]
    public void EveryJobHasATimeLimit(string file) => Assert.All(Jobs(file), static job =>
        Assert.InRange(int.Parse(((YamlScalarNode)job.Children["timeout-minutes"]).Value!, CultureInfo.InvariantCulture), 1, 120));

    [Theory, MemberData(nameof(Workflows))]
    public void AJobMayOnlyReadUnlessItAsksForMore(string file)
    {
        var permission = Assert.Single(((YamlMappingNode)Root(file).Children["permissions"]).Children);

        Assert.Equal(("contents", "read"), (((YamlScalarNode)permission.Key).Value, ((YamlScalarNode)permission.Value).Value));
    }

    [Theory]
    [InlineData("docs/ci.md")]
    [InlineData("samples/pipelines/github-action.yml")]
    public void UsersAreShownTheCommitsThatAreTestedHere(string file)
    {
        var shown = Uses.Matches(ReadFile(file)).Select(static match => match.Groups[1].Value.TrimEnd())
            .Where(static action => !action.StartsWith("OWNER/", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(shown);
        Assert.All(shown, action => Assert.Contains(action, Read("ci.yml")));
    }

    [Fact]
    public void ATagInACopyPublishesNothing() => Assert.All(
        ((YamlMappingNode)Root("release.yml").Children["jobs"]).Children.Where(static job => job.Key.ToString() != "build"),
        static job => Assert.Equal("vars.PUBLISH == 'true'", ((YamlMappingNode)job.Value).Text("if")));

    private static IEnumerable<YamlMappingNode> Jobs(string file) =>
        ((YamlMappingNode)Root(file).Children["jobs"]).Children.Values.Cast<YamlMappingNode>();

    private static YamlMappingNode Root(string file)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(Read(file)));
        return (YamlMappingNode)Assert.Single(yaml.Documents).RootNode;
    }

    private static string Read(string file) =>
        ReadFile(Path.Combine(".github", "workflows", file));

    private static string ReadFile(string path) =>
        File.ReadAllText(Path.Combine(TestPaths.RepositoryRoot, path)).Replace("\r", "", StringComparison.Ordinal);
}
