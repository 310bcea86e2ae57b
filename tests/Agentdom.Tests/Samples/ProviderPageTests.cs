using System.Text.RegularExpressions;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Samples;

/// <summary>Follows docs/provider.md from an empty folder to the app's own tests.</summary>
public sealed class ProviderPageTests
{
    [Fact]
    public async Task ThePageLeadsFromAnEmptyFolderToAFirstAgent()
    {
        using var workshop = await Workshop.OpenAsync();
        using var page = new ProviderPage(workshop);

        var said = await page.FollowAsync();

        workshop.AssertRestoredHere("Agentdom.AspNetCore", "Agentdom.Issuer", "Agentdom.Protocol");
        var agent = said.Single(static s => s.Contains("Tea", StringComparison.Ordinal));
        Assert.Matches(@"localhost:\d+\s+orders\.read\s+True\s+True", agent);
        Assert.Matches(@"Passed!.*\bPassed:\s+5\b", said[^1]);
        Assert.Equal(["1001", "1005", "1004"], Regex.Matches(page.Log, @"Agentdom\.Audit\[(\d+)\]").Select(static m => m.Groups[1].Value));
        // The secret was stored and never shown.
        var secrets = await workshop.RunAsync(Path.Combine(workshop.Folder, "Shop", "Orders"), "dotnet", "user-secrets", "list");
        var secret = Regex.Match(secrets, " = (.{43})").Groups[1].Value;
        Assert.NotEmpty(secret);
        Assert.DoesNotContain(said, s => s.Contains(secret, StringComparison.Ordinal));
        Assert.DoesNotContain(secret, page.Log);
    }
}
