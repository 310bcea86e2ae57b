using System.Reflection;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Client;

/// <summary>Where the vault's key comes from, and that no second one is ever created.</summary>
[Collection(PowerShellCollection.Name)]
public sealed class KeychainTests : IDisposable
{
    private const string Key = "a vault key of at least 32 bytes.";
    private const string Bus = "DBUS_SESSION_BUS_ADDRESS";

    private const string Open = ChildEngine.OpenVault;

    private const string LoadedMsal =
        "; [AppDomain]::CurrentDomain.GetAssemblies().Where({ $_.GetName().Name -like 'Microsoft.Identity.Client*' }).Count";

    private readonly string _root = TestPaths.NewFolder();
    private readonly EnvironmentVariable _home;
    private readonly FileVault _vault;

    public KeychainTests()
    {
        _home = new EnvironmentVariable(AgentdomHome.Variable, _root);
        _vault = new FileVault();
    }

    private string KeyFile => Path.Combine(_root, "keys", "vault.key");

    private string Marker => KeyFile + ".in-keychain";

    public void Dispose()
    {
        _home.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public void TheVariableWinsOverTheKeyFileAndTheFileOverTheKeychain()
    {
        _vault.Write("agentdom-file", "1");
        Mark(new string('0', 64));

        using (new EnvironmentVariable(VaultKey.Variable, Key))
        {
            var refusal = AssertRefused(AtpError.VaultKeyInvalid, () => _vault.Read("agentdom-file"));
            Assert.Contains($"from {VaultKey.Variable}.", refusal.Message, StringComparison.Ordinal);
        }
        Assert.Equal("1", _vault.Read("agentdom-file"));
        File.Delete(KeyFile);
        AssertRefused(AtpError.VaultKeyInvalid, () => _vault.Read("agentdom-file"));
    }

    [Fact]
    public void TheVariableNeedsNoKeychain()
    {
        Mark(new string('0', 64));
        using var key = new EnvironmentVariable(VaultKey.Variable, Key);

        Assert.Null(_vault.EnsureWritable());
        _vault.Write("agentdom-a", "1");

        Assert.Equal("1", _vault.Read("agentdom-a"));
    }

    [Theory]
    [InlineData("off", "unix:path=/nowhere", KeychainKey.Variable)]
    [InlineData(null, null, Bus)]
    [InlineData(null, "", Bus)]
    public void AKeyInAKeychainOutOfReachIsNeverReplaced(string? keychain, string? bus, string named)
    {
        if (keychain is null && !OperatingSystem.IsLinux()) Assert.Skip("Only on Linux is a keychain's reach known beforehand.");
        Mark(new string('0', 64));
        using var setting = new EnvironmentVariable(KeychainKey.Variable, keychain);
        using var session = new EnvironmentVariable(Bus, bus);

        foreach (var use in new Action[] { () => _vault.EnsureWritable(), () => _vault.Write("agentdom-a", "1") })
        {
            var refusal = AssertRefused(AtpError.VaultKeyInvalid, use);
            Assert.Contains(named, refusal.Message, StringComparison.Ordinal);
            Assert.Contains(VaultKey.Variable, refusal.Advice, StringComparison.Ordinal);
        }
        Assert.Equal([Marker], Directory.GetFileSystemEntries(Path.GetDirectoryName(KeyFile)!));
        Assert.Empty(_vault.List("", static e => throw e));
    }

    [Theory]
    [InlineData("")]
    [InlineData("agentdom")]
    public void ADamagedMarkerIsRefusedAndStays(string content)
    {
        Mark(content);

        AssertRefused(AtpError.VaultKeyInvalid, () => _vault.Write("agentdom-a", "1"));

        Assert.Equal(content, File.ReadAllText(Marker));
        Assert.False(File.Exists(KeyFile));
    }

    [Fact]
    public async Task WithoutABusTheKeyGoesIntoAFileAndNothingOfMsalIsLoaded()
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("Only Linux has sessions without a keychain.");

        var first = await ChildEngine.RunAsync($"{Open} $vault.EnsureWritable(); $vault.Write('a', '1'); $vault.Read('a') {LoadedMsal}",
            (KeychainKey.Variable, "on"), (Bus, null));

        Assert.Equal("", first.Errors);
        Assert.Contains(KeyFile, first.Output[0], StringComparison.Ordinal);
        Assert.Equal(["1", "0"], first.Output[1..]);
        Assert.Equal([KeyFile], Directory.GetFileSystemEntries(Path.GetDirectoryName(KeyFile)!));
    }

    [Fact]
    public async Task AKeyFileThatIsThereIsUsedWithoutAskingTheKeychain()
    {
        _vault.Write("a", "1");

        var child = await ChildEngine.RunAsync($"{Open} $vault.Read('a'); $vault.Write('a', '2') {LoadedMsal}",
            (KeychainKey.Variable, "on"), (Bus, "unix:path=/nowhere"));

        Assert.Equal(["1", "0"], child.Output);
        Assert.Equal("2", _vault.Read("a"));
    }

    [Fact]
    public async Task ABusThatLeadsNowhereEndsInAKeyFileAtOnce()
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("Only Linux reaches its keychain over D-Bus.");

        var child = await ChildEngine.RunAsync($"{Open} $vault.Write('a', '1'); $vault.Read('a')",
            (KeychainKey.Variable, "on"), (Bus, "unix:path=/nowhere"));

        Assert.Equal(["1"], child.Output);
        Assert.Equal([KeyFile], Directory.GetFileSystemEntries(Path.GetDirectoryName(KeyFile)!));
    }

    [Fact]
    public async Task ARealKeychainKeepsTheKeyForManyProcesses()
    {
        await using var session = KeychainSession.Start(_root);
        var writers = Enumerable.Range(0, 4).Select(i => session.RunAsync($"{Open} $vault.Write('{i}', '{i}')"));
        foreach (var writer in await Task.WhenAll(writers)) Assert.Equal("", writer.Errors);

        var reader = await session.RunAsync($"{Open} $vault.EnsureWritable(); 0..3 | ForEach-Object {{ $vault.Read(\"$_\") }}");

        Assert.Equal(["0", "1", "2", "3"], reader.Output);
        Assert.True(File.Exists(Marker));
        Assert.False(File.Exists(KeyFile));
        // This process has no session with a keychain.
        if (OperatingSystem.IsLinux()) AssertRefused(AtpError.VaultKeyInvalid, () => _vault.Read("0"));
    }

    [Fact]
    public async Task EachHomeHasAKeyOfItsOwnThatAMoveDoesNotLose()
    {
        await using var session = KeychainSession.Start(_root);
        var (one, two, moved) = (Path.Combine(_root, "one"), Path.Combine(_root, "two"), Path.Combine(_root, "moved"));
        foreach (var home in new[] { one, two })
            Assert.Equal("", (await session.RunAsync($"{Open} $vault.Write('a', '{home}')", (AgentdomHome.Variable, home))).Errors);
        Directory.Move(one, moved);

        var read = await session.RunAsync($"{Open} $vault.Read('a')", (AgentdomHome.Variable, moved));
        foreach (var file in Directory.GetFiles(Path.Combine(two, "vault"), "*.secret"))
            File.Copy(file, Path.Combine(moved, "vault", Path.GetFileName(file)), overwrite: true);
        var other = await session.RunAsync($"{Open} try {{ $vault.Read('a') }} catch {{ $_.Exception.InnerException.Error }}",
            (AgentdomHome.Variable, moved));

        Assert.Equal([one], read.Output);
        Assert.Equal([nameof(AtpError.VaultEntryDamaged)], other.Output);
    }

    [Theory]
    [InlineData("net8.0")]
    [InlineData("netstandard2.0")]
    public void TheModuleBringsADataProtectionThatWorksOnWindows(string framework)
    {
        // Before version 6 the assembly next to the runtimes folder, which the module does not ship, fails on every system.
        var assembly = AssemblyName.GetAssemblyName(Path.Combine(Path.GetDirectoryName(TestPaths.ModuleManifest)!,
            "bin", framework, "System.Security.Cryptography.ProtectedData.dll"));

        Assert.True(assembly.Version!.Major >= 6, $"{assembly}");
    }

    private void Mark(string content)
    {
        AtomicFile.CreateDirectory(Path.GetDirectoryName(Marker)!);
        File.WriteAllText(Marker, content);
    }

    private static AtpException AssertRefused(AtpError error, Action use)
    {
        var refusal = Assert.Throws<AtpException>(use);
        Assert.True(error == refusal.Error, $"{refusal.Error}: {refusal.Message}");
        return refusal;
    }
}
