using Agentdom.Tests.Support;

namespace Agentdom.Tests.Module;

/// <summary>The mask commands in the output of a process whose script uses -AsPlainText. Pester tests the same in pwsh.</summary>
public sealed class CiMaskTests
{
    [Theory]
    [InlineData("GITHUB_ACTIONS", "::add-mask::", "%25")]
    [InlineData("TF_BUILD", "##vso[task.setsecret]", "%AZP25")]
    public async Task ATokenIsMaskedBeforeItIsWritten(string variable, string command, string percent)
    {
        await using var issuer = await ScriptedIssuer.StartAsync(Answers.Json(200, """{"token":"100%0A;]::of-it"}"""));
        var child = await ChildEngine.RunAsync(
            $"$null = Request-AtpToken {issuer.Name} data.read; $t = Get-AtpToken {issuer.Name} -AsPlainText; \"<$t>\"",
            (variable, "True"), ("AGENTDOM_HOME", TestPaths.NewFolder()), ("AGENTDOM_ATP_SECRET", TestIssuer.SecretText));

        Assert.Equal([$"{command}100{percent}0A;]::of-it", "<100%0A;]::of-it>"], child.Output);
    }

    [Fact]
    public async Task NothingIsWrittenElsewhere()
    {
        var child = await ChildEngine.RunAsync("(New-AtpSecret -AsPlainText).Length", ("CI", "true"));
        Assert.Equal("43", Assert.Single(child.Output));
    }
}
