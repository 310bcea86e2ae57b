using System.Diagnostics;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Client;

[Collection(PowerShellCollection.Name)]
public sealed class AgentIdTests
{
    private const string ShellFingerprint =
        """command -v hostname sha256sum >&2 && printf %s "$(hostname)$(id -un)$(cat /etc/machine-id)" | sha256sum""";

    [Fact]
    public void TheFingerprintIsWhatAShellComputes()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The shell's formula is for Linux.");
        Assert.SkipUnless(File.Exists("/etc/machine-id") && new FileInfo("/etc/machine-id").Length > 1,
            "This machine has no /etc/machine-id.");
        var shell = Shell(ShellFingerprint);
        Assert.SkipUnless(shell.Length > 0, "This machine lacks hostname or sha256sum.");

        var id = AgentId.Current();

        Assert.Equal(shell.Split(' ')[0], id.Value);
        Assert.Equal("/etc/machine-id", id.Source);
        Assert.Equal(Shell("hostname"), id.HostName);
        Assert.Equal(Shell("id -un"), id.UserName);
    }

    [Fact]
    public void TheFingerprintIs64LowerCaseHexDigitsAndStays()
    {
        Assert.Matches("^[0-9a-f]{64}$", AgentId.Current().Value);
        Assert.Equal(AgentId.Current().Value, AgentId.Current().Value);
    }

    [Fact]
    public void TheVariableOverridesTheFingerprintForAsLongAsItIsSet()
    {
        var fingerprint = AgentId.Current().Value;
        using (new EnvironmentVariable(AgentId.Variable, "pod-7"))
        {
            Assert.Equal("pod-7", AgentId.Current().Value);
            Assert.Equal(AgentId.Variable, AgentId.Current().Source);
        }
        using (new EnvironmentVariable(AgentId.Variable, "")) Assert.Equal(fingerprint, AgentId.Current().Value);
        Assert.Equal(fingerprint, AgentId.Current().Value);
    }

    [Fact]
    public void AnIdOf256CharactersIsAcceptedAndOneMoreIsNot()
    {
        var longest = new string('x', 256);
        using (new EnvironmentVariable(AgentId.Variable, longest)) Assert.Equal(longest, AgentId.Current().Value);
        using (new EnvironmentVariable(AgentId.Variable, longest + "x"))
            Assert.Equal(AtpError.AgentIdInvalid, Assert.Throws<AtpException>(AgentId.Current).Error);
        Assert.Equal(longest, AgentIdRule.Check(longest));
        Assert.Equal(AtpError.AgentIdInvalid, Assert.Throws<AtpException>(() => AgentIdRule.Check(longest + "x")).Error);
        Assert.Equal(AtpError.AgentIdInvalid, Assert.Throws<AtpException>(() => AgentIdRule.Check("")).Error);
    }

    private static string Shell(string command)
    {
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(command);
        using var shell = Process.Start(start)!;
        var output = shell.StandardOutput.ReadToEnd().Trim();
        shell.WaitForExit();
        return output;
    }
}
