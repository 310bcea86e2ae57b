using System.Text;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Client;

public sealed class FileVaultTests : IDisposable
{
    private const string Plain = "eyJ.hunter2.Größe 😀";

    private readonly string _root = TestPaths.NewFolder();
    private readonly string _folder;
    private readonly FileVault _vault;

    public FileVaultTests()
    {
        _folder = Path.Combine(_root, "vault");
        _vault = new FileVault(_folder);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void WhatIsWrittenIsReadAlsoByAnotherInstance()
    {
        _vault.Write("agentdom-a", Plain);

        Assert.Equal(Plain, _vault.Read("agentdom-a"));
        Assert.Equal(Plain, new FileVault(_folder).Read("agentdom-a"));
        Assert.Null(_vault.Read("agentdom-b"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\0\n\"\\")]
    public void AnyTextIsKept(string text)
    {
        _vault.Write("agentdom-a", text);

        Assert.Equal(text, _vault.Read("agentdom-a"));
    }

    [Fact]
    public void AVaultThatNobodyWroteToIsEmpty()
    {
        Assert.Null(_vault.Read("agentdom-a"));
        Assert.Empty(Names());
        Assert.False(Directory.Exists(_folder));
        Assert.False(_vault.Remove("agentdom-a"));
    }

    [Fact]
    public void WritingAgainReplaces()
    {
        _vault.Write("agentdom-a", new string('x', 10_000));
        _vault.Write("agentdom-a", "new");

        Assert.Equal("new", _vault.Read("agentdom-a"));
        Assert.Equal(["agentdom-a"], Names());
    }

    [Fact]
    public void RemovingTakesOneEntryAway()
    {
        _vault.Write("agentdom-a", "1");
        _vault.Write("agentdom-b", "2");

        Assert.True(_vault.Remove("agentdom-a"));
        Assert.False(_vault.Remove("agentdom-a"));
        Assert.Null(_vault.Read("agentdom-a"));
        Assert.Equal("2", _vault.Read("agentdom-b"));
    }

    [Fact]
    public void ListingGivesTheNamesThatBeginWithThePrefix()
    {
        foreach (var name in new[] { "agentdom-a", "agentdom-b", "other", "Agentdom-c" }) _vault.Write(name, name);

        Assert.Equal(["agentdom-a", "agentdom-b"], Names("agentdom-").Order(StringComparer.Ordinal));
        Assert.Equal(4, Names().Length);
        Assert.Empty(Names("nothing"));
    }

    [Theory]
    [InlineData("../../escape")]
    [InlineData("/etc/passwd")]
    [InlineData("a/b\\c:d*e?")]
    [InlineData("größe 😀")]
    [InlineData("..")]
    [InlineData("NUL")]
    public void AnyNameIsKeptInTheVaultsFolder(string name)
    {
        _vault.Write(name, Plain);

        Assert.Equal(Plain, _vault.Read(name));
        Assert.Equal([name], Names());
        Assert.Single(EntryFiles());
        Assert.Equal([_folder], Directory.GetFileSystemEntries(_root));
    }

    [Fact]
    public void TheFileRevealsNeitherTextNorName()
    {
        _vault.Write("agentdom-api-example-com-0123456789ab", Plain);

        Assert.Matches("^[0-9a-f]{64}\\.secret$", Path.GetFileName(EntryFile()));
        var bytes = File.ReadAllBytes(EntryFile());
        foreach (var secret in new[] { "hunter2", "example", "text", "name" })
            Assert.Equal(-1, bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)));
    }

    [Fact]
    public void TheSameTextIsNeverSealedTheSameTwice()
    {
        _vault.Write("agentdom-a", Plain);
        var first = File.ReadAllBytes(EntryFile());
        _vault.Write("agentdom-a", Plain);

        Assert.NotEqual(first, File.ReadAllBytes(EntryFile()));
    }

    [Fact]
    public void OnlyTheOwnerMayReadOrEnter()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no file modes.");
            return;
        }
        _vault.Write("agentdom-a", Plain);
        _vault.Write("agentdom-a", Plain);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(EntryFile()));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder));
    }

    [Fact]
    public void NoTemporaryFileAndNoSecondEntryStays()
    {
        Assert.Null(Record.Exception(() => _vault.EnsureWritable()));
        for (var i = 0; i < 5; i++) _vault.Write("agentdom-a", $"{i}");

        Assert.Single(EntryFiles());
        Assert.Empty(TemporaryFiles());
        _vault.Remove("agentdom-a");
        Assert.Empty(EntryFiles());
    }

    [Fact]
    public void WritersAtTheSameTimeLeaveOneWholeEntryEach()
    {
        string[] names = ["agentdom-a", "agentdom-b", "agentdom-c"];
        Parallel.For(0, 60, i => new FileVault(_folder).Write(names[i % 3], new string((char)('a' + i % 26), 2_000)));

        foreach (var name in names) Assert.Single(_vault.Read(name)!.Distinct());
        Assert.Equal(names, Names().Order(StringComparer.Ordinal));
        Assert.Equal(3, EntryFiles().Length);
        Assert.Empty(TemporaryFiles());
    }

    [Fact]
    public void AFlippedBitAnywhereIsNoticed()
    {
        _vault.Write("agentdom-a", Plain);
        var path = EntryFile();
        var valid = File.ReadAllBytes(path);
        for (var i = 0; i < valid.Length; i++)
        {
            var damaged = valid.ToArray();
            damaged[i] ^= (byte)(1 << i % 8);
            File.WriteAllBytes(path, damaged);
            AssertDamaged("agentdom-a");
        }

        File.WriteAllBytes(path, valid);
        Assert.Equal(Plain, _vault.Read("agentdom-a"));
    }

    [Fact]
    public void AShortenedOrLengthenedFileIsNoticed()
    {
        _vault.Write("agentdom-a", Plain);
        var path = EntryFile();
        var valid = File.ReadAllBytes(path);
        foreach (var length in new[] { 0, 1, 13, 28, 29, valid.Length - 1 })
        {
            File.WriteAllBytes(path, valid[..length]);
            AssertDamaged("agentdom-a");
        }
        File.WriteAllBytes(path, [.. valid, 0]);
        AssertDamaged("agentdom-a");
    }

    [Fact]
    public void SwappedFilesAreNoticed()
    {
        _vault.Write("agentdom-a", "1");
        var a = EntryFile();
        _vault.Write("agentdom-b", "2");
        var b = EntryFiles().Single(path => path != a);
        var bytes = File.ReadAllBytes(a);
        File.Copy(b, a, overwrite: true);
        File.WriteAllBytes(b, bytes);

        AssertDamaged("agentdom-a");
        AssertDamaged("agentdom-b");
    }

    [Fact]
    public void ADamagedEntryCanBeRemovedAndWrittenAnew()
    {
        _vault.Write("agentdom-a", "1");
        File.WriteAllBytes(EntryFile(), [1, 2, 3]);
        _vault.Write("agentdom-a", "2");
        Assert.Equal("2", _vault.Read("agentdom-a"));

        File.WriteAllBytes(EntryFile(), [1, 2, 3]);
        Assert.True(_vault.Remove("agentdom-a"));
        Assert.Empty(Names());
    }

    // A file in place of the folder works for root as well, whom permissions do not stop.
    [Fact]
    public void AVaultThatCannotBeWrittenSaysSoAndLeavesNothingBehind()
    {
        var file = Path.Combine(_root, "file");
        File.WriteAllText(file, "in the way");
        var vault = new FileVault(Path.Combine(file, "vault"));

        Assert.Equal(AtpError.VaultUnwritable, Assert.Throws<AtpException>(vault.EnsureWritable).Error);
        AssertUnwritable(vault);
        Assert.Equal([file], Directory.GetFileSystemEntries(_root));
        Assert.Equal("in the way", File.ReadAllText(file));
    }

    [Theory]
    [InlineData("")]
    [InlineData("vault")]
    public void AFileInPlaceOfTheVaultOrItsHomeIsNoEmptyVault(string folder)
    {
        var file = Path.Combine(_root, "file");
        File.WriteAllText(file, "in the way");
        var vault = new FileVault(Path.Combine(file, folder));

        Action[] uses =
            [() => vault.Read("a"), () => _ = vault.List("", static _ => { }).Count(), () => vault.ListEntries(static _ => { })];
        foreach (var use in uses)
        {
            var refusal = Assert.Throws<AtpException>(use);
            Assert.Equal(AtpError.VaultUnreadable, refusal.Error);
            Assert.Contains($"{file} is a file, not a folder", refusal.Happened);
        }
        Assert.Contains($"{file} is a file, not a folder.", Assert.Throws<AtpException>(vault.EnsureWritable).Happened);
    }

    [Fact]
    public void AWriteThatFailsAtTheLastStepLeavesNothingBehind()
    {
        _vault.Write("agentdom-a", Plain);
        var path = EntryFile();
        File.Delete(path);
        Directory.CreateDirectory(Path.Combine(path, "in the way"));

        AssertUnwritable(_vault);
        Assert.Equal([path], EntryFiles());
        Assert.Empty(TemporaryFiles());
    }

    [Fact]
    public void EntriesThatAreWrittenTogetherAreThere()
    {
        _vault.Write("agentdom-a", "old");

        var failures = _vault.WriteAll([("agentdom-a", "new"), ("agentdom-b", Plain)]);

        Assert.Equal([null, null], failures);
        Assert.Equal("new", _vault.Read("agentdom-a"));
        Assert.Equal(Plain, _vault.Read("agentdom-b"));
        Assert.Equal(["agentdom-a", "agentdom-b"], Names().Order(StringComparer.Ordinal));
        Assert.Empty(TemporaryFiles());
    }

    [Fact]
    public void OfEntriesThatAreWrittenTogetherOnlyTheOneThatFailsIsMissing()
    {
        _vault.Write("agentdom-b", "old");
        var inTheWay = EntryFile();
        File.Delete(inTheWay);
        Directory.CreateDirectory(Path.Combine(inTheWay, "in the way"));

        var failures = _vault.WriteAll([("agentdom-a", "1"), ("agentdom-b", "2"), ("agentdom-c", "3")]);

        Assert.Equal([null, AtpError.VaultUnwritable, null], failures.Select(static f => f?.Error));
        Assert.Equal(("1", "3"), (_vault.Read("agentdom-a"), _vault.Read("agentdom-c")));
        Assert.Equal(3, EntryFiles().Length);
        Assert.Empty(TemporaryFiles());
    }

    [Fact]
    public void IfTheVaultCannotBeWrittenEachEntryThatIsWrittenTogetherSaysSo()
    {
        var file = Path.Combine(_root, "file");
        File.WriteAllText(file, "in the way");

        var failures = new FileVault(Path.Combine(file, "vault")).WriteAll([("agentdom-a", "1"), ("agentdom-b", "2")]);

        Assert.Equal([AtpError.VaultUnwritable, AtpError.VaultUnwritable], failures.Select(static f => f?.Error));
    }

    private string[] Names(string prefix = "") => [.. _vault.List(prefix, static e => throw e).Select(static e => e.Name)];

    private string EntryFile() => Assert.Single(EntryFiles());

    private string[] EntryFiles() => Directory.GetFileSystemEntries(_folder, "*.secret");

    private string[] TemporaryFiles() => Directory.GetFileSystemEntries(_folder, "*.tmp");

    private static void AssertUnwritable(FileVault vault) =>
        Assert.Equal(
            AtpError.VaultUnwritable, Assert.Throws<AtpException>(() => vault.Write("agentdom-a", Plain)).Error);

    private void AssertDamaged(string name)
    {
        Assert.Equal(AtpError.VaultEntryDamaged, Assert.Throws<AtpException>(() => _vault.Read(name)).Error);
        Assert.Equal(AtpError.VaultEntryDamaged, Assert.Throws<AtpException>(() => Names()).Error);
    }
}
