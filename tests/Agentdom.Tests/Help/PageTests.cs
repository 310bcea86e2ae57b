namespace Agentdom.Tests.Help;

/// <summary>A page that does not fit its cmdlet ends the build, and the error names the page.</summary>
public sealed class PageTests
{
    private const string Page = "Get-AtpManifest.md";

    [Theory]
    [InlineData("### -TimeoutSec", "### -Timeout", "The page says nothing of -TimeoutSec.")]
    [InlineData("### -HostName", "### -Hostname", "The page says nothing of -HostName.")]
    [InlineData("## Output\n", "### -Force\n\nMore.\n\n## Output\n", "Get-AtpManifest has no -Force.")]
    [InlineData("# Get-AtpManifest\n", "# Get-Manifest\n", "The title is 'Get-Manifest'.")]
    [InlineData("## Output\n", "## Outputs\n", "There is no section 'Outputs' in a cmdlet's page.")]
    [InlineData("## Errors\n", "#### Errors\n", "The heading 'Errors' has the wrong level.")]
    [InlineData("```powershell", "```", "has no block of powershell.")]
    [InlineData("Empty where the host lists none; it may grant some all the same.", "", "says nothing of what it does.")]
    [InlineData("Empty where", "> Empty where", "Help cannot show a QuoteBlock")]
    public void ItIsRefusedWithTheReason(string text, string replacement, string reason)
    {
        using var pages = new Pages();
        var path = pages.Copy(Page);
        File.WriteAllText(path, File.ReadAllText(path).ReplaceLineEndings("\n").Replace(text, replacement, StringComparison.Ordinal));
        AssertRefused(pages, Page, reason);
    }

    [Fact]
    public void OneExampleIsTooFew()
    {
        using var pages = new Pages();
        var text = File.ReadAllText(pages.Copy(Page));
        var second = text.LastIndexOf("### ", StringComparison.Ordinal);
        File.WriteAllText(pages.Copy(Page), text[..second] + text[text.IndexOf("## Errors", StringComparison.Ordinal)..]);
        AssertRefused(pages, Page, "A page has 2 examples at least.");
    }

    [Fact]
    public void ACmdletWithoutAPageIsAnError()
    {
        using var pages = new Pages();
        File.Delete(pages.Copy(Page));
        AssertRefused(pages, Page, "There is no page for Get-AtpManifest.");
    }

    [Fact]
    public void APageWithoutACmdletIsAnError()
    {
        using var pages = new Pages();
        File.WriteAllText(pages.Copy("Get-AtpNothing.md"), "# Get-AtpNothing\n");
        AssertRefused(pages, "Get-AtpNothing.md", "The module has no such cmdlet.");
    }

    [Fact]
    public void ThePagesAsTheyAreMakeHelp()
    {
        using var pages = new Pages();
        var (exitCode, errors, output) = pages.Convert();
        Assert.Equal("", errors);
        Assert.Equal(0, exitCode);
        Assert.True(File.Exists(Path.Combine(output, "Agentdom.dll-Help.xml")));
    }

    private static void AssertRefused(Pages pages, string page, string reason)
    {
        var (exitCode, errors, output) = pages.Convert();
        Assert.Equal(1, exitCode);
        Assert.Contains($"{page}(1): error HELP0001: ", errors);
        Assert.Contains(reason, errors);
        Assert.False(File.Exists(Path.Combine(output, "Agentdom.dll-Help.xml")));
    }
}
