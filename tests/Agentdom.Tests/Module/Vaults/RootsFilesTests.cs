using Agentdom.Tests.Support;

namespace Agentdom.Tests.Module;

/// <summary>What a user meets if root once wrote into the user's vault, or closed its folder.</summary>
[Collection(PowerShellCollection.Name)]
public sealed class RootsFilesTests : IDisposable
{
    private readonly Engine _engine = new();

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task AnEntryThatOnlyRootCanReadFailsOnlyItsOwnHost()
    {
        OtherUser.Require();
        StoredTokens.Save(StoredTokens.Make("127.0.0.1:1", TimeSpan.FromMinutes(30)));
        var own = Assert.Single(Directory.GetFiles(AgentdomHome.Data, "*.secret"));
        StoredTokens.Save(StoredTokens.Make("127.0.0.1:2", TimeSpan.FromMinutes(30)));
        var roots = Directory.GetFiles(AgentdomHome.Data, "*.secret").Single(path => path != own);
        var home = Environment.GetEnvironmentVariable(AgentdomHome.Variable)!;
        OtherUser.Give(home);
        OtherUser.Give(roots, user: 0);

        Task<ChildEngine.Result> Run(string script) => ChildEngine.RunUnderAsync(
            OtherUser.Launcher, script, ("HOME", home), (AgentId.Variable, AgentId.Current().Value));
        var listed = await Run("Get-AtpToken -WarningVariable warned 3>$null | % Host; $warned");
        var updated = await Run("Update-AtpToken -All");
        var wanted = await Run("Get-AtpToken 127.0.0.1:2");
        var other = await Run("Get-AtpToken 127.0.0.1:1 -AsPlainText");

        Assert.Equal("127.0.0.1:1", listed.Output[0]);
        Assert.Contains(roots, Assert.Single(listed.Output[1..]));
        Assert.Equal("AtpVaultUnreadable", Assert.Single(updated.Errors.Trim().Split('\n')).Split(',')[0]);
        Assert.StartsWith("AtpVaultUnreadable", wanted.Errors);
        Assert.Equal(["the.old.token"], other.Output);
        Assert.Equal("", other.Errors);
    }

    [Theory]
    [InlineData("", "000")]
    [InlineData("vault", "000")]
    [InlineData("vault", "300")]
    [InlineData("vault", "600")]
    public async Task AFolderThatMayNotBeEnteredOrListedIsNoEmptyVault(string folder, string mode)
    {
        OtherUser.Require();
        StoredTokens.Save(StoredTokens.Make("127.0.0.1:1", TimeSpan.FromMinutes(30)));
        var home = Environment.GetEnvironmentVariable(AgentdomHome.Variable)!;
        var user = TestPaths.NewFolder();
        OtherUser.Give(home);
        OtherUser.Give(user);
        OtherUser.SetMode(Path.Combine(home, folder), mode);

        foreach (var script in new[] { "Get-AtpToken", "Update-AtpToken -All", "Get-AtpToken 127.0.0.1:1" })
        {
            var said = await ChildEngine.RunUnderAsync(
                OtherUser.Launcher, script, ("HOME", user), (AgentId.Variable, AgentId.Current().Value));
            Assert.StartsWith("AtpVaultUnreadable", said.Errors);
            Assert.Empty(said.Output);
        }
        Directory.Delete(user, recursive: true);
    }
}
