using System.Xml.Linq;

namespace Agentdom.Tests.Help;

/// <summary>A page that does not match its cmdlet fails the build, and the error names the page.</summary>
public sealed class PageTests
{
    private const string Page = "Get-AtpManifest.md";
    private const string PageWithOwnParameters = "Update-AtpToken.md";
    private const string Shared = "SharedParameters.md";

    [Theory]
    [InlineData("`-TimeoutSec` and\n", "more and\n", "The section 'Parameters' does not refer to SharedParameters for -TimeoutSec.")]
    [InlineData("## Output\n", "### -Force\n\nMore.\n\n## Output\n", "Get-AtpManifest has no -Force.")]
    [InlineData("# Get-AtpManifest\n", "# Get-Manifest\n", "The title is 'Get-Manifest'.")]
    [InlineData("## Output\n", "## Outputs\n", "There is no section 'Outputs' in a cmdlet's page.")]
    [InlineData("## Errors\n", "#### Errors\n", "The heading 'Errors' has the wrong level.")]
    [InlineData("```powershell", "```", "has no code block of type powershell.")]
    [InlineData("The list is empty if the host advertises no scopes. The host may still grant some.", "", "has no remarks.")]
    [InlineData("The list is empty", "> The list is empty", "Help cannot show a QuoteBlock")]
    public void ItIsRefusedWithTheReason(string text, string replacement, string reason)
    {
        using var pages = new Pages();
        Replace(pages, Page, text, replacement);
        AssertRefused(pages, Page, reason);
    }

    [Theory]
    [InlineData("### -ThrottleLimit", "### -Throttle", "The page does not describe -ThrottleLimit.")]
    [InlineData("### -Force", "### -force", "The page does not describe -Force.")]
    public void AParameterThatIsDescribedNowhereIsAnError(string text, string replacement, string reason)
    {
        using var pages = new Pages();
        Replace(pages, PageWithOwnParameters, text, replacement);
        AssertRefused(pages, PageWithOwnParameters, reason);
    }

    [Fact]
    public void ASharedDescriptionThatNoPageUsesIsAnError()
    {
        using var pages = new Pages();
        File.AppendAllText(pages.Copy(Shared), "\n## -Nothing\n\nSpecifies nothing.\n");
        AssertRefused(pages, Shared, "No page uses the description of -Nothing.");
    }

    [Fact]
    public void ThePageOfACmdletOverridesTheSharedDescription()
    {
        using var pages = new Pages();
        Replace(pages, Page, "## Output\n", "### -HostName\n\nSpecifies the host of this page.\n\n## Output\n");
        Replace(pages, Shared, "## -HostName\n", "## -HostName\n\nSpecifies the shared host.\n");
        var (_, errors, output) = pages.Convert();
        Assert.Equal("", errors);
        var help = XDocument.Load(Path.Combine(output, "Agentdom.dll-Help.xml"));
        Assert.Equal("Specifies the host of this page.", HostName(help, "Get-AtpManifest"));
        Assert.Equal("Specifies the shared host.", HostName(help, "Set-AtpSecret"));
    }

    [Fact]
    public void OneExampleIsTooFew()
    {
        using var pages = new Pages();
        var text = File.ReadAllText(pages.Copy(Page));
        var second = text.LastIndexOf("### ", StringComparison.Ordinal);
        File.WriteAllText(pages.Copy(Page), text[..second] + text[text.IndexOf("## Errors", StringComparison.Ordinal)..]);
        AssertRefused(pages, Page, "A page must have at least 2 examples.");
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

    // The first paragraph of the parameter's description.
    private static string HostName(XDocument help, string command) => Named(help, "command")
        .Single(c => Named(c, "name").First().Value == command)
        .Elements().Single(static e => e.Name.LocalName == "parameters")
        .Elements().Single(static p => Named(p, "name").First().Value == "HostName")
        .Descendants().First(static e => e.Name.LocalName == "para").Value;

    private static IEnumerable<XElement> Named(XContainer within, string name) =>
        within.Descendants().Where(e => e.Name.LocalName == name);

    private static void Replace(Pages pages, string page, string text, string replacement)
    {
        var path = pages.Copy(page);
        File.WriteAllText(path, File.ReadAllText(path).ReplaceLineEndings("\n").Replace(text, replacement, StringComparison.Ordinal));
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
