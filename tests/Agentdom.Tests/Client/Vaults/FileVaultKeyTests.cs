using System.Text.RegularExpressions;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Client;

[Collection(PowerShellCollection.Name)]
public sealed class FileVaultKeyTests : IDisposable
{
    private const string Key = "a vault key of at least 32 bytes.";

    private readonly string _root = TestPaths.NewFolder();
    private readonly EnvironmentVariable _home;
    private readonly FileVault _vault;

    public FileVaultKeyTests()
    {
        _home = new EnvironmentVariable(AgentdomHome.Variable, _root);
        _vault = new FileVault();
    }

    private string KeyFile => Path.Combine(_root, "keys", "vault.key");

    public void Dispose()
    {
        _home.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public void TheFirstUseSaysWhereTheKeyWasPutAndTheNextNothing()
    {
        using var keychain = new EnvironmentVariable(KeychainKey.Variable, null);
        using var bus = new EnvironmentVariable("DBUS_SESSION_BUS_ADDRESS", null);
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems have a keychain that would be used.");

        Assert.Contains(KeyFile, _vault.EnsureWritable(), StringComparison.Ordinal);
        Assert.Null(_vault.EnsureWritable());
        Assert.Equal(32, File.ReadAllBytes(KeyFile).Length);
    }

    [Theory]
    [InlineData("off")]
    [InlineData("OFF")]
    public void AKeyFileThatWasChosenIsNoNews(string value)
    {
        using var keychain = new EnvironmentVariable(KeychainKey.Variable, value);

        Assert.Null(_vault.EnsureWritable());
        Assert.True(File.Exists(KeyFile));
    }

    [Fact]
    public void AKeyIsAtHandIfNoKeychainIsNeeded()
    {
        Assert.False(FileVault.IsKeyAtHand);
        using (new EnvironmentVariable(VaultKey.Variable, Key)) Assert.True(FileVault.IsKeyAtHand);
        AtomicFile.CreateDirectory(Path.GetDirectoryName(KeyFile)!);
        File.WriteAllText(KeychainKey.MarkerPath, new string('0', 64));
        // DPAPI on Windows never prompts.
        Assert.Equal(OperatingSystem.IsWindows(), FileVault.IsKeyAtHand);
        File.WriteAllBytes(KeyFile, new byte[32]);
        Assert.True(FileVault.IsKeyAtHand);
    }

    [Fact]
    public void ANewKeyIsAdvisedOnlyWhileThereIsNothingToOpen()
    {
        using (new EnvironmentVariable(VaultKey.Variable, "short"))
        {
            var refusal = Assert.Throws<AtpException>(_vault.EnsureWritable);
            Assert.Contains("Make one", refusal.Advice);
            Assert.Equal(VaultKey.Variable, refusal.Subject);
        }
        _vault.Write("agentdom-a", "x");
        using (new EnvironmentVariable(VaultKey.Variable, "short"))
        {
            foreach (var use in new Action[] { () => _vault.EnsureWritable(), () => _vault.Read("agentdom-a") })
            {
                var refusal = Assert.Throws<AtpException>(use);
                Assert.Contains("as before", refusal.Advice);
                // The subject of the module's own advice to make a key.
                Assert.Null(refusal.Subject);
            }
        }
    }

    [Fact]
    public void OnlyTheOwnerMayReadTheKey()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no file modes.");
            return;
        }
        _vault.Write("agentdom-a", "1");

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyFile));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(Path.GetDirectoryName(KeyFile)!));
    }

    [Fact]
    public void FirstUsesAtTheSameTimeAgreeOnOneKey()
    {
        Parallel.For(0, 20, i => new FileVault().Write($"agentdom-{i}", $"{i}"));

        for (var i = 0; i < 20; i++) Assert.Equal($"{i}", _vault.Read($"agentdom-{i}"));
        Assert.Equal([KeyFile], Directory.GetFileSystemEntries(Path.GetDirectoryName(KeyFile)!));
    }

    [Fact]
    public void WithTheVariableNoKeyIsKeptOnDisk()
    {
        using var key = new EnvironmentVariable(VaultKey.Variable, Key);

        Assert.Null(_vault.EnsureWritable());
        _vault.Write("agentdom-a", "1");

        Assert.Equal("1", new FileVault().Read("agentdom-a"));
        Assert.False(File.Exists(KeyFile));
    }

    [Fact]
    public void NoSecondKeyIsMadeWhileThereAreEntries()
    {
        using (new EnvironmentVariable(VaultKey.Variable, Key)) _vault.Write("agentdom-a", "1");

        Assert.Equal(AtpError.VaultKeyInvalid, Assert.Throws<AtpException>(() => _vault.Write("agentdom-b", "2")).Error);
        Assert.Equal(AtpError.VaultKeyInvalid, Assert.Throws<AtpException>(() => _vault.EnsureWritable()).Error);
        Assert.False(File.Exists(KeyFile));
        using (new EnvironmentVariable(VaultKey.Variable, Key)) Assert.Equal("1", _vault.Read("agentdom-a"));
    }

    [Fact]
    public void AVaultSaysWhichKeyItWantsBeforeAnythingIsReadOrWritten()
    {
        using (new EnvironmentVariable(VaultKey.Variable, Key)) _vault.Write("agentdom-a", "1");
        var before = VaultFiles();

        using (new EnvironmentVariable(VaultKey.Variable, Key + "x"))
            AssertAnotherKey($"the key [0-9a-f]{{8}} from {VaultKey.Variable}, and .* from {VaultKey.Variable}\\. Set .* previous value");
        AtomicFile.CreateDirectory(Path.GetDirectoryName(KeyFile)!);
        WriteKeyFile(new byte[32]);
        AssertAnotherKey($"from {VaultKey.Variable}, and .* from the key file .*vault\\.key\\. Set .* previous value");

        Assert.Equal(before, VaultFiles());
        using (new EnvironmentVariable(VaultKey.Variable, Key)) Assert.Equal("1", _vault.Read("agentdom-a"));
    }

    [Fact]
    public void AVaultWithAKeyFileSaysThatTheVariableHidesIt()
    {
        _vault.Write("agentdom-a", "1");

        using (new EnvironmentVariable(VaultKey.Variable, Key))
            AssertAnotherKey($"from the key file .*vault\\.key, and .* from {VaultKey.Variable}\\. Unset {VaultKey.Variable}\\.");
        WriteKeyFile(new byte[32]);
        AssertAnotherKey("from the key file .*, and .* from the key file .*\\. Restore ");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("{}")]
    [InlineData("not JSON")]
    public void AVaultWithoutARecordLearnsItsKeyFromItsEntries(string? record)
    {
        _vault.Write("agentdom-a", "1");
        if (record is null) File.Delete(RecordFile);
        else File.WriteAllText(RecordFile, record);
        var before = VaultFiles();

        using (new EnvironmentVariable(VaultKey.Variable, Key))
            AssertAnotherKey($"No entry .* with the key from {VaultKey.Variable}.*{Regex.Escape(KeyFile)}");
        Assert.Equal(before, VaultFiles());

        Assert.Equal("1", _vault.Read("agentdom-a"));
        Assert.Contains("\"File\"", File.ReadAllText(RecordFile));
        using (new EnvironmentVariable(VaultKey.Variable, Key)) AssertAnotherKey($"Unset {VaultKey.Variable}");
    }

    [Fact]
    public void AWriterLearnsTheKeyOfAVaultWithoutARecordToo()
    {
        _vault.Write("agentdom-a", "1");
        File.Delete(RecordFile);

        _vault.Write("agentdom-b", "2");

        Assert.True(File.Exists(RecordFile));
    }

    [Fact]
    public void AnEmptyVaultTakesAnotherKey()
    {
        _vault.Write("agentdom-a", "1");
        _vault.Remove("agentdom-a");

        using (new EnvironmentVariable(VaultKey.Variable, Key))
        {
            _vault.Write("agentdom-a", "2");
            Assert.Equal("2", _vault.Read("agentdom-a"));
        }
        AssertAnotherKey($"from {VaultKey.Variable}, and .* from the key file");
    }

    [Fact]
    public void AVaultThatIsMadeAgainDuringATaskIsReadWithItsNewKey()
    {
        var task = new FileVault(CancellationToken.None);
        task.Write("agentdom-a", "1");
        Assert.Equal("1", task.Read("agentdom-a"));
        Directory.Delete(Path.GetDirectoryName(RecordFile)!, recursive: true);
        File.Delete(KeyFile);
        _vault.Write("agentdom-a", "2");

        Assert.Equal("2", task.Read("agentdom-a"));
        using var key = new EnvironmentVariable(VaultKey.Variable, Key);
        Assert.Equal(AtpError.VaultKeyInvalid, Assert.Throws<AtpException>(() => task.Write("agentdom-a", "3")).Error);
    }

    [Fact]
    public void AKeyFileThatIsGoneIsNotReplacedByReading()
    {
        _vault.Write("agentdom-a", "1");
        File.Delete(KeyFile);

        AssertRead(AtpError.VaultKeyInvalid);
        Assert.False(File.Exists(KeyFile));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void AKeyFileOfAnotherLengthIsRefusedAndStays(int length)
    {
        _vault.Write("agentdom-a", "1");
        File.WriteAllBytes(KeyFile, new byte[length]);

        AssertRead(AtpError.VaultKeyInvalid);
        AssertWrite(AtpError.VaultKeyInvalid);
        Assert.Equal(length, new FileInfo(KeyFile).Length);
    }

    [Fact]
    public void AKeyOf32BytesIsAcceptedAndAShorterOneIsNot()
    {
        // The last is 16 characters and 32 bytes.
        foreach (var valid in new[] { new string('k', 32), string.Concat(Enumerable.Repeat("ö", 16)) })
        {
            using var key = new EnvironmentVariable(VaultKey.Variable, valid);
            _vault.Write("agentdom-a", valid);
            Assert.Equal(valid, _vault.Read("agentdom-a"));
            _vault.Remove("agentdom-a");
        }
        _vault.Write("agentdom-a", "1");
        foreach (var bad in new[] { "k", new string('k', 31) })
        {
            using var key = new EnvironmentVariable(VaultKey.Variable, bad);
            AssertRead(AtpError.VaultKeyInvalid);
            AssertWrite(AtpError.VaultKeyInvalid);
            Assert.Equal(AtpError.VaultKeyInvalid, Assert.Throws<AtpException>(_vault.EnsureWritable).Error);
        }
    }

    [Fact]
    public void TheRefusalDoesNotRepeatTheKey()
    {
        using var key = new EnvironmentVariable(VaultKey.Variable, "hunter2");

        var refusal = Assert.Throws<AtpException>(() => _vault.Write("agentdom-a", "1"));

        Assert.DoesNotContain("hunter2", refusal.ToString(), StringComparison.Ordinal);
    }

    private string RecordFile => Path.Combine(_root, "vault", "key-id.json");

    // All but the lock, which readers may create.
    private (string, string)[] VaultFiles() => [.. Directory.GetFiles(Path.Combine(_root, "vault"))
        .Where(f => Path.GetExtension(f) != ".lock")
        .Select(f => (f, Convert.ToHexString(File.ReadAllBytes(f)))).Order()];

    private void WriteKeyFile(byte[] key)
    {
        File.WriteAllBytes(KeyFile, key);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private void AssertAnotherKey(string message)
    {
        AssertRead(AtpError.VaultKeyInvalid);
        AssertWrite(AtpError.VaultKeyInvalid);
        Assert.Equal(AtpError.VaultKeyInvalid, Assert.Throws<AtpException>(_vault.EnsureWritable).Error);
        Assert.Matches(message, Assert.Throws<AtpException>(() => _vault.Read("agentdom-a")).Message);
    }

    private void AssertRead(AtpError error)
    {
        Assert.Equal(error, Assert.Throws<AtpException>(() => _vault.Read("agentdom-a")).Error);
        Assert.Equal(error, Assert.Throws<AtpException>(() => _vault.List("", static e => throw e).Count()).Error);
    }

    private void AssertWrite(AtpError error) =>
        Assert.Equal(error, Assert.Throws<AtpException>(() => _vault.Write("agentdom-a", "2")).Error);
}
