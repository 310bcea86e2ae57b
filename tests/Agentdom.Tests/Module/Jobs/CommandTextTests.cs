using Agentdom.Tests.Support;

namespace Agentdom.Tests.Module;

public sealed class CommandTextTests
{
    [Fact]
    public async Task AFileInAClosedFolderIsNotSaidToBeGone()
    {
        OtherUser.Require();
        var folder = TestPaths.NewFolder();
        OtherUser.SetMode(folder, "700");
        var script = Path.Combine(folder, "refresh.ps1");
        try
        {
            var child = await ChildEngine.RunUnderAsync(OtherUser.Launcher,
                "$m = [Agentdom.AtpToken].Assembly.GetType('Agentdom.Jobs.CommandText').GetMethod('WhyNotRun', [Reflection.BindingFlags] "
                + $"'NonPublic,Static'); $null = Get-AgentId; $m.Invoke($null, @(, [string[]] '{script}'))", ("HOME", "/nonexistent"));

            Assert.StartsWith($"{script} cannot be read: ", Assert.Single(child.Output));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("", "\"\"")]
    [InlineData("a b", "\"a b\"")]
    [InlineData(@"a b\", @"""a b\\""")]
    [InlineData(@"a\b c", @"""a\b c""")]
    [InlineData("say \"x\"", "\"say \\\"x\\\"\"")]
    [InlineData(@"a\""b", @"""a\\\""b""")]
    public void WordsAreQuotedForWindows(string word, string expected) => Assert.Equal(expected, CommandLine.Join([word]));

    [Theory]
    [InlineData("it's", "'it''s'")]
    [InlineData("‘a’ ‚b‛ $x `n", "'‘‘a’’ ‚‚b‛‛ $x `n'")]
    public void TextsAreQuotedForPowerShell(string text, string expected) => Assert.Equal(expected, CommandText.ForPowerShell(text));

    [Fact]
    public void AToolGetsItsArgumentsAndItsInputAsTheyAre()
    {
        Assert.SkipUnless(File.Exists("/bin/sh"), "There is no /bin/sh here.");
        string[] words = ["", "a b", "\"q\"", @"back\", @"a\""b", "it's $HOME %d", "Größe"];

        const string script = "for w; do printf '[%s]' \"$w\"; done; cat; echo oops >&2; exit 3";
        var result = SchedulerTool.Run("/bin/sh", ["-c", script, "sh", .. words], [0xff, 0, 0x0a]);

        Assert.Equal(string.Concat(words.Select(w => $"[{w}]")), System.Text.Encoding.UTF8.GetString(result.Output[..^3]));
        Assert.Equal([0xff, 0, 0x0a], result.Output[^3..]);
        Assert.Equal((3, "oops\n"), (result.ExitCode, result.Errors));
    }
}
