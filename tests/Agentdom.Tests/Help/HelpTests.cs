using System.Text.RegularExpressions;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Help;

/// <summary>The output of Get-Help in a real engine, without pwsh. The examples are tested in Pester.</summary>
[Collection(PowerShellCollection.Name)]
public sealed class HelpTests
{
    // One line for each thing that is missing.
    private const string Gaps = """
        $common = [System.Management.Automation.Cmdlet]::CommonParameters
        foreach ($command in Get-Command -Module Agentdom) {
            $help = Get-Help $command.Name -Full
            # Without a page, Get-Help shows the syntax in place of a synopsis.
            if ($help.Synopsis -notmatch '^[A-Z].*\.$') { "$command has no synopsis" }
            if (-not $help.description) { "$command has no description" }
            if (-not $help.returnValues.returnValue) { "$command does not say what it gives" }
            if (-not $help.alertSet) { "$command says nothing of its errors" }
            if (-not $help.relatedLinks) { "$command has no links" }

            $examples = @($help.examples.example)
            if ($examples.Count -lt 2) { "$command has $($examples.Count) examples" }
            foreach ($example in $examples) {
                if (-not $example.code -or -not $example.remarks[0].Text) { "$command has an example without code or words" }
            }

            $shown = @{}
            foreach ($parameter in $help.parameters.parameter) { $shown[$parameter.name] = $parameter }
            foreach ($parameter in $command.Parameters.Values) {
                if ($parameter.Name -in $common) { continue }
                $text = $shown[$parameter.Name]
                if (-not $text.description[0].Text) { "$command -$($parameter.Name) is not explained" }
                if ($text.type.name -ne $parameter.ParameterType.Name) { "$command -$($parameter.Name) is shown as $($text.type.name)" }
                $shown.Remove($parameter.Name)
            }
            foreach ($name in $shown.Keys) { "$command has no -$name" }
            if (@($help.syntax.syntaxItem).Count -ne $command.ParameterSets.Count) { "$command has other parameter sets" }
        }
        """;

    [Fact]
    public void EveryCmdletIsExplainedWithAllItsParametersAndTwoExamples()
    {
        using var engine = new Engine();
        var result = engine.Run(Gaps);
        Assert.Empty(result.Errors);
        Assert.Empty(result.Output.Select(static line => line.ToString()));
    }

    [Fact]
    public void AParameterIsShownAsTheCmdletHasIt()
    {
        using var engine = new Engine();
        var shown = engine.Run("""
            foreach ($p in (Get-Help Update-AtpToken).parameters.parameter) {
                "$($p.name) $($p.required) $($p.position) $($p.pipelineInput) $($p.globbing) $($p.aliases) $($p.defaultValue)"
            }
            """).Output.Select(static line => line.ToString()).ToArray();

        Assert.Contains("HostName true 0 True (ByValue, ByPropertyName) true Host None", shown);
        Assert.Contains("ThrottleLimit false named False false none 8", shown);
        Assert.Contains("All true named False false none False", shown);
    }

    [Theory]
    [InlineData("about_Agentdom", "AGENTDOM_ATP_SECRET")]
    [InlineData("about_Agentdom_Vaults", "AtpVaultLocked")]
    [InlineData("about_Agentdom_Refresh", "Register-AtpRefreshJob")]
    public void ATopicIsShownAsText(string topic, string within)
    {
        using var engine = new Engine();
        var text = engine.Run($"Get-Help {topic}").Single<string>();

        Assert.StartsWith($"TOPIC\n    {topic}\n", text.ReplaceLineEndings("\n"));
        Assert.Contains(within, text);
        Assert.DoesNotContain('`', text);
        Assert.DoesNotContain("](", text);
    }

    [Fact]
    public void EveryErrorIdIsExplainedAndNoneIsInvented()
    {
        var pages = Directory.EnumerateFiles(Pages.Folder, "*.md").Select(File.ReadAllText).ToArray();
        var explained = pages.SelectMany(static page => Regex.Matches(page, @"^\| `Atp(\w+)` \|", RegexOptions.Multiline))
            .Select(static m => m.Groups[1].Value).Distinct().Order();
        var mentioned = pages.SelectMany(static page => Regex.Matches(page, @"`Atp(\w+)`"))
            .Select(static m => m.Groups[1].Value).Distinct().Order();

        Assert.Equal(Enum.GetNames<AtpError>().Order(), explained);
        Assert.Equal(Enum.GetNames<AtpError>().Order(), mentioned);
    }
}
