using Agentdom.Tests.Support;

namespace Agentdom.Tests.Client;

/// <summary>Locks on file systems that have none, and lock files of another user.</summary>
[Collection(PowerShellCollection.Name)]
public sealed class CrossProcessLockTests : IDisposable
{
    private readonly string _root = TestPaths.NewFolder();
    private readonly EnvironmentVariable _home;

    public CrossProcessLockTests()
    {
        OtherUser.SetMode(_root, "755");
        _home = new EnvironmentVariable(AgentdomHome.Variable, Path.Combine(_root, "home"));
    }

    public void Dispose()
    {
        _home.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task AFileSystemWithoutLocksIsAnError()
    {
        if (!OperatingSystem.IsLinux() || OtherUser.Run("strace", "-V") != 0) Assert.Skip("There is no strace here.");

        var child = await ChildEngine.RunUnderAsync(PrivatePathTests.Fault("flock:error=ENOLCK"),
            ChildEngine.OpenVault + "try { $vault.Write('a', '1') } catch { $_.Exception.InnerException.Error; $_.Exception.Message }");

        Assert.Equal(nameof(AtpError.VaultUnwritable), child.Output[0]);
        Assert.Contains("cannot be locked there (No locks available)", child.Output[1]);
        Assert.Contains(AgentdomHome.Variable, child.Output[1]);
        Assert.Empty(Directory.GetFiles(AgentdomHome.Data, "*.secret"));
    }

    [Fact]
    public async Task ALockOfRootThatCanBeReadIsTaken()
    {
        var path = DueTokenOfAnotherUser("644", out _);
        using var held = CrossProcessLock.TryAcquire(path, TimeSpan.Zero, CancellationToken.None);
        Assert.NotNull(held);

        Assert.Equal("AtpTimedOut", await UpdateAsync("127.0.0.1:1 -TimeoutSec 1"));
        held.Dispose();
        // The lock is taken, and then there is no issuer.
        Assert.Equal("AtpHostUnreachable", await UpdateAsync("127.0.0.1:1"));
    }

    [Fact]
    public async Task ALockThatCannotBeOpenedFailsOnlyItsOwnToken()
    {
        var path = DueTokenOfAnotherUser("600", out var home);

        Assert.Equal("AtpVaultUnwritable", await UpdateAsync("127.0.0.1:1"));
        Assert.Equal("AtpHostUnreachable", await UpdateAsync("127.0.0.1:2"));
        var message = await ChildEngine.RunUnderAsync(OtherUser.Launcher,
            "try { Update-AtpToken 127.0.0.1:1 -ErrorAction Stop } catch { \"$_\" }",
            ("HOME", home), (AgentId.Variable, AgentId.Current().Value));
        Assert.Contains($"Remove {path}", string.Join(' ', message.Output));
    }

    // Two due tokens in the home of the other user. The lock of the first one was made by root.
    private static string DueTokenOfAnotherUser(string lockMode, out string home)
    {
        OtherUser.Require();
        var tokens = new[] { 1, 2 }.Select(static port => StoredTokens.Make($"127.0.0.1:{port}", TimeSpan.FromMinutes(1))).ToArray();
        foreach (var token in tokens)
        {
            StoredTokens.Save(token);
            new FileVault().Write(EntryName.OfSecret(token.Host), TestIssuer.SecretText);
            TokenLock.Acquire(token, TimeSpan.Zero, CancellationToken.None).Dispose();
        }
        var path = Path.Combine(AgentdomHome.Locks, tokens[0].EntryName + ".lock");
        home = Environment.GetEnvironmentVariable(AgentdomHome.Variable)!;
        OtherUser.Give(home);
        OtherUser.Give(path, user: 0);
        OtherUser.SetMode(path, lockMode);
        return path;
    }

    private static async Task<string> UpdateAsync(string arguments)
    {
        var child = await ChildEngine.RunUnderAsync(OtherUser.Launcher, $"Update-AtpToken {arguments}",
            ("HOME", Environment.GetEnvironmentVariable(AgentdomHome.Variable)), (AgentId.Variable, AgentId.Current().Value));
        return child.Errors.Split(',', ':')[0].Trim();
    }
}
