using Agentdom.Tests.Support;

namespace Agentdom.Tests.Client;

/// <summary>Folders and keys that other users could change or read, with real modes and real users.</summary>
[Collection(PowerShellCollection.Name)]
public sealed class PrivatePathTests : IDisposable
{
    private const string Store =
        "try { Set-AtpSecret 127.0.0.1:1 (New-AtpSecret) -WarningAction Ignore -ErrorAction Stop; 'stored' } catch { \"$_\" }";

    private readonly string _root = TestPaths.NewFolder();
    private readonly string _home;
    private readonly EnvironmentVariable _variable;

    public PrivatePathTests()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("Windows has no file modes.");
        // The folder around the home is not checked, so it may have any owner and mode.
        OtherUser.SetMode(_root, "777");
        _home = Path.Combine(_root, "home");
        _variable = new EnvironmentVariable(AgentdomHome.Variable, _home);
    }

    private string KeyFile => Path.Combine(_home, "keys", "vault.key");

    public void Dispose()
    {
        _variable?.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Theory]
    [InlineData("", "0775")]
    [InlineData("", "2770")]
    [InlineData("", "1777")]
    [InlineData("vault", "0770")]
    [InlineData("keys", "0702")]
    [InlineData("locks", "0777")]
    [InlineData("jobs", "0777")]
    public void AFolderThatOthersMayChangeIsRefused(string name, string mode)
    {
        var folder = Path.Combine(_home, name).TrimEnd('/');
        Directory.CreateDirectory(folder);
        OtherUser.SetMode(_home, "755");
        OtherUser.SetMode(folder, mode);

        var refusal = Assert.Throws<AtpException>(() => _ = name switch
        {
            "keys" => AgentdomHome.Keys,
            "locks" => AgentdomHome.Locks,
            "jobs" => AgentdomHome.Jobs,
            _ => AgentdomHome.Data,
        });

        Assert.Equal(AtpError.VaultInsecure, refusal.Error);
        Assert.Contains($"{folder} (mode {mode})", refusal.Message);
        Assert.Contains($"chmod go-w '{folder}'", refusal.Message);
        OtherUser.SetMode(folder, "go-w");
        new FileVault().Write("a", "1");
        Assert.Equal("1", new FileVault().Read("a"));
    }

    [Fact]
    public void AKeyFileThatIsOpenToOthersIsRefusedEachTime()
    {
        var vault = new FileVault();
        vault.Write("a", "1");
        foreach (var mode in new[] { "0644", "0640", "0602" })
        {
            OtherUser.SetMode(KeyFile, mode);

            foreach (var use in new Action[] { () => vault.Read("a"), () => vault.Write("a", "2"), () => vault.EnsureWritable() })
            {
                var refusal = Assert.Throws<AtpException>(use);
                Assert.Equal(AtpError.VaultKeyInvalid, refusal.Error);
                Assert.Contains($"mode {mode}", refusal.Message);
                Assert.Contains($"chmod 600 '{KeyFile}'", refusal.Message);
            }
        }
        OtherUser.SetMode(KeyFile, "400");
        Assert.Equal("1", vault.Read("a"));
    }

    [Fact]
    public async Task WhateverTheUmaskAllowsEverythingIsForItsOwnerOnly()
    {
        var child = await ChildEngine.RunUnderAsync(["sh", "-c", "umask 0; exec \"$@\"", "sh"],
            "$s = Start-AtpServer; Set-AtpSecret 127.0.0.1:1 (New-AtpSecret) 3>$null; " +
            "$null = Request-AtpToken $s.Host data.read; $null = Update-AtpToken $s.Host -Force; Stop-AtpServer; " +
            ChildEngine.OpenVault + "$vault.EnsureWritable()");

        Assert.Equal("", child.Errors);
        var all = Directory.GetFileSystemEntries(_home, "*", SearchOption.AllDirectories);
        foreach (var made in new[] { "vault.lock", "vault.key", "key-id.json", ".secret", "agentdom-localhost" })
            Assert.Contains(all, path => path.Contains(made));
        Assert.All(all.Append(_home), static path => Assert.Equal("00", Mode(path)[^2..]));
    }

    [Theory]
    [InlineData("keys", AtpError.VaultInsecure)]
    [InlineData("keys/vault.key", AtpError.VaultKeyInvalid)]
    public void AKeyThatAnotherUserMadeBeforehandIsRefused(string owned, AtpError error)
    {
        OtherUser.Require();
        AtomicFile.CreateDirectory(Path.Combine(_home, "keys"));
        File.WriteAllBytes(KeyFile, new byte[32]);
        OtherUser.SetMode(KeyFile, "600");
        OtherUser.Give(Path.Combine(_home, owned));

        var refusal = Assert.Throws<AtpException>(() => new FileVault().Write("a", "1"));

        Assert.Equal(error, refusal.Error);
        Assert.Contains($"the user with id {OtherUser.Id}", refusal.Message);
        Assert.Empty(Directory.GetFiles(_home, "*.secret", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task AVolumeOfRootIsRefusedAndAFolderBelowItIsUsed()
    {
        OtherUser.Require();
        // As Kubernetes mounts a volume if the pod has an fsGroup.
        Directory.CreateDirectory(_home);
        Assert.Equal(0, OtherUser.Run("chown", $"0:{OtherUser.Id}", _home));
        OtherUser.SetMode(_home, "2770");

        var refused = await ChildEngine.RunUnderAsync(OtherUser.Launcher, Store, ("HOME", _root));
        var below = Path.Combine(_home, "agentdom");
        var used = await ChildEngine.RunUnderAsync(OtherUser.Launcher, Store, ("HOME", _root), (AgentdomHome.Variable, below));

        var message = Assert.Single(refused.Output);
        Assert.Contains("belongs to root", message);
        Assert.Contains(below, message);
        Assert.Equal(["stored"], used.Output);
    }

    [Fact]
    public async Task AFileOfAnotherUserIsNoFolderWhateverItsOwnerIs()
    {
        OtherUser.Require();
        File.WriteAllText(_home, "");

        var child = await ChildEngine.RunUnderAsync(
            OtherUser.Launcher, $"try {{ Get-AtpToken }} catch {{ \"$_\" }}; {Store}", ("HOME", _root));

        Assert.Equal(2, child.Output.Length);
        Assert.All(child.Output, line => Assert.Contains($"{_home} is a file, not a folder.", line));
    }

    [Theory]
    [InlineData(true)]
    // As on systems without statx, such as macOS.
    [InlineData(false)]
    public async Task AFolderOfRootIsRefused(bool hasStatX)
    {
        OtherUser.Require();
        if (!hasStatX && OtherUser.Run("strace", "-V") != 0) Assert.Skip("There is no strace here.");
        Directory.CreateDirectory(_home);
        OtherUser.Give(_home);
        Directory.CreateDirectory(Path.Combine(_home, "vault"));
        string[] launcher = hasStatX ? OtherUser.Launcher : [.. OtherUser.Launcher, .. Fault("statx:error=EPERM")];

        var refused = await ChildEngine.RunUnderAsync(launcher, Store, ("HOME", _root));
        OtherUser.Give(Path.Combine(_home, "vault"));
        var used = await ChildEngine.RunUnderAsync(launcher, Store, ("HOME", _root));

        Assert.Contains(hasStatX ? "belongs to root" : "belongs to another user", Assert.Single(refused.Output));
        Assert.Equal(["stored"], used.Output);
    }

    [Fact]
    public async Task RootStoresNothingInTheHomeOfAUser()
    {
        OtherUser.Require();
        var user = Directory.CreateDirectory(Path.Combine(_root, "user")).FullName;
        var home = Directory.CreateDirectory(Path.Combine(_root, "given")).FullName;
        OtherUser.Give(user);
        OtherUser.Give(home);
        (string, string?) userHome = ("HOME", user);

        foreach (var path in new[] { null, "~/agentdom", Path.Combine(user, "agentdom"), home })
        {
            var child = await ChildEngine.RunAsync(Store, userHome, ("XDG_DATA_HOME", null), ("XDG_CONFIG_HOME", null),
                (AgentdomHome.Variable, path));

            Assert.Contains("sudo -H", Assert.Single(child.Output));
            Assert.Empty(Directory.GetFileSystemEntries(home));
            Assert.False(Directory.Exists(Path.Combine(user, "agentdom")));
            Assert.False(Directory.Exists(Path.Combine(user, ".local", "share", "agentdom")));
        }
        // PowerShell has made folders of root's there.
        OtherUser.Give(user);
        var asUser = await ChildEngine.RunUnderAsync(OtherUser.Launcher, Store, userHome, ("XDG_DATA_HOME", null),
            ("XDG_CONFIG_HOME", null), (AgentdomHome.Variable, null));
        Assert.Equal(["stored"], asUser.Output);
    }

    private static string Mode(string path) =>
        OperatingSystem.IsWindows() ? "" : Convert.ToString((int)File.GetUnixFileMode(path), 8);

    /// <summary>Starts a program whose system call fails.</summary>
    internal static string[] Fault(string call) => ["strace", "-f", "-qq", "-o", "/dev/null", "-e", $"inject={call}"];
}
