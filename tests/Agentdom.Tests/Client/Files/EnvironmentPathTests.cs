using Agentdom.Tests.Support;

namespace Agentdom.Tests.Client;

/// <summary>What the paths mean that environment variables give.</summary>
[Collection(PowerShellCollection.Name)]
public sealed class EnvironmentPathTests
{
    private const string Xdg = "XDG_DATA_HOME";

    [Theory]
    [InlineData("~", "")]
    [InlineData("~/", "")]
    [InlineData("~/tokens", "tokens")]
    [InlineData("~//a/../tokens", "tokens")]
    public void ATildeIsTheHomeFolder(string value, string below)
    {
        using var home = new EnvironmentVariable(AgentdomHome.Variable, value);
        using var data = new EnvironmentVariable(Xdg, value);
        var expected = Path.Combine(UserFolders.Home, below);

        Assert.Equal(Path.Combine(expected, "vault"), AgentdomHome.Data);
        Assert.Equal(Path.Combine(expected, "keys"), AgentdomHome.Keys);
        if (OperatingSystem.IsLinux()) Assert.Equal(expected, UserFolders.Data);
    }

    [Theory]
    [InlineData("~root/tokens")]
    [InlineData("~root")]
    public void TheHomeOfANamedUserIsRefused(string value)
    {
        AssertRefused(value, "not the home of a named user");
        if (!OperatingSystem.IsLinux()) return;
        using var data = new EnvironmentVariable(Xdg, value);
        Assert.Equal(AtpError.HomeInvalid, Assert.Throws<AtpException>(() => UserFolders.Data).Error);
    }

    [Theory]
    [InlineData("tokens")]
    [InlineData("./tokens")]
    [InlineData("../tokens")]
    [InlineData("$HOME/tokens")]
    [InlineData("%USERPROFILE%\\tokens")]
    [InlineData("C:tokens")]
    [InlineData(" /tokens")]
    public void ARelativeHomeIsRefusedAndARelativeXdgPathIsIgnored(string value)
    {
        AssertRefused(value, "absolute");
        if (!OperatingSystem.IsLinux()) return;
        using var data = new EnvironmentVariable(Xdg, value);
        Assert.Equal(Path.Combine(UserFolders.Home, ".local", "share"), UserFolders.Data);
    }

    [Fact]
    public async Task NoFolderCalledTildeIsMade()
    {
        var root = TestPaths.NewFolder();
        try
        {
            var child = await ChildEngine.RunAsync(
                $"[Environment]::CurrentDirectory = '{root}'; {ChildEngine.OpenVault} $vault.Write('a', '1')",
                ("HOME", root), ("USERPROFILE", root), (AgentdomHome.Variable, "~/tokens"));

            Assert.Equal("", child.Errors);
            Assert.True(File.Exists(Path.Combine(root, "tokens", "keys", "vault.key")));
            Assert.False(Path.Exists(Path.Combine(root, "~")));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static void AssertRefused(string value, string reason)
    {
        using var home = new EnvironmentVariable(AgentdomHome.Variable, value);
        var refusal = Assert.Throws<AtpException>(() => AgentdomHome.Data);
        Assert.Equal(AtpError.HomeInvalid, refusal.Error);
        Assert.Contains(value.Trim(), refusal.Message);
        Assert.Contains(reason, refusal.Message);
    }
}
