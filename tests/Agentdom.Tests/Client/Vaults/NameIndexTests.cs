using System.Text;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Client;

/// <summary>
/// The index of the vault's names. A copy of a vault's folder is used like the folder in a new process, which remembers no names.
/// </summary>
[Collection(PowerShellCollection.Name)]
public sealed class NameIndexTests : IDisposable
{
    private const int Count = 40;
    private const string Wanted = "agentdom-host-7-";

    private readonly string _root = TestPaths.NewFolder();
    private readonly EnvironmentVariable _home;
    private readonly string _folder;

    public NameIndexTests()
    {
        _home = new EnvironmentVariable(AgentdomHome.Variable, _root);
        _folder = Path.Combine(_root, "vault");
        var vault = new FileVault(_folder);
        for (var i = 0; i < Count; i++) vault.Write($"agentdom-host-{i}-", $"{i}");
        Assert.Equal(Count, Names(_folder).Count);
    }

    private static string[] All { get; } =
        [.. Enumerable.Range(0, Count).Select(static i => $"agentdom-host-{i}-").Order(StringComparer.Ordinal)];

    public void Dispose()
    {
        _home.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public void AnotherProcessFindsANameWithoutReadingOtherEntries() => AssertIndexed(_folder);

    [Fact]
    public void TheIndexRevealsNoNameAndOnlyItsOwnerMayReadIt()
    {
        var bytes = File.ReadAllBytes(IndexOf(_folder));

        Assert.Equal(-1, bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes("host")));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(IndexOf(_folder)));
    }

    [Fact]
    public void ASmallVaultHasNone()
    {
        var folder = Path.Combine(_root, "small");
        new FileVault(folder).Write("agentdom-a", "1");

        Assert.Equal(["agentdom-a"], Names(folder));
        Assert.False(File.Exists(IndexOf(folder)));
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("empty")]
    [InlineData("noise")]
    [InlineData("shortened")]
    [InlineData("changed")]
    [InlineData("another file's")]
    [InlineData("another key's")]
    [InlineData("another version's")]
    public void AnIndexThatCannotBeUsedIsMadeAgain(string state)
    {
        var folder = Copy();
        var index = IndexOf(folder);
        var bytes = File.ReadAllBytes(index);
        File.Delete(index);
        var key = VaultKey.Find(createIfMissing: false)!.Bytes;
        var changed = state switch
        {
            "missing" => null,
            "empty" => [],
            "noise" => Encoding.UTF8.GetBytes(new string('x', 5_000)),
            "shortened" => bytes[..^1],
            "changed" => [.. bytes[..100], (byte)(bytes[100] ^ 1), .. bytes[101..]],
            "another file's" => File.ReadAllBytes(Directory.GetFiles(folder, "*.secret")[0]),
            "another key's" => SealedBox.Seal(new byte[32], """{"v":1,"names":["agentdom-wrong"]}"""u8.ToArray(), NameIndex.FileName),
            _ => SealedBox.Seal(key, """{"v":2,"names":{"agentdom-wrong":1}}"""u8.ToArray(), NameIndex.FileName),
        };
        if (changed is not null) File.WriteAllBytes(index, changed);

        Assert.Equal(All, Names(folder));
        AssertIndexed(folder);
    }

    [Fact]
    public void WhatStandsInPlaceOfTheIndexDoesNoHarm()
    {
        var folder = Copy();
        File.Delete(IndexOf(folder));
        Directory.CreateDirectory(Path.Combine(IndexOf(folder), "in the way"));

        Assert.Equal(All, Names(folder));
        Assert.Equal([Wanted], Names(folder, Wanted));
        Assert.Empty(Directory.GetFiles(folder, "*.tmp"));
    }

    [Fact]
    public void AnEntryOfAWriterThatDoesNotKnowTheIndexIsFound()
    {
        var folder = Copy();
        Assert.Equal(All, Names(folder));
        AddAsAnEarlierBuild(folder, "agentdom-new");

        Assert.Equal(["agentdom-new"], Names(folder, "agentdom-n"));
        Assert.Equal(["agentdom-new"], Names(Copy(folder), "agentdom-n"));
    }

    [Fact]
    public void AFolderIsReadAgainOnceItHasChanged()
    {
        var (folder, settled) = Listed();

        AddAsAnEarlierBuild(folder, Wanted + "new");
        // As on a file system that does not note the change.
        Directory.SetLastWriteTimeUtc(folder, settled);
        Assert.Equal([Wanted], Names(folder, Wanted));
        Directory.SetLastWriteTimeUtc(folder, settled.AddSeconds(1));
        Assert.Equal([Wanted, Wanted + "new"], Names(folder, Wanted));
    }

    [Fact]
    public void AFolderThatDoesNotNoteChangesIsReadAgainForAListOfAllAndBeforeAnEntryIsMissing()
    {
        var (folder, settled) = Listed();
        AddAsAnEarlierBuild(folder, "agentdom-new");
        File.Delete(FileOf(folder, Wanted));
        Directory.SetLastWriteTimeUtc(folder, settled);

        Assert.Empty(Names(folder, Wanted));
        Directory.SetLastWriteTimeUtc(folder, settled);
        Assert.Equal(["agentdom-new"], Names(folder, "agentdom-n"));
        Directory.SetLastWriteTimeUtc(folder, settled);
        Assert.Equal(All.Except([Wanted]).Append("agentdom-new"), Names(folder));
    }

    [Fact]
    public void AFolderThatIsALinkIsReadAgainBecauseTheLinkDoesNotChange()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a right there.");
        var (folder, link) = (Copy(), Path.Combine(_root, "link"));
        Directory.CreateSymbolicLink(link, folder);
        Settle(link);
        Assert.Equal(All, Names(link));

        AddAsAnEarlierBuild(folder, Wanted + "new");
        Assert.Equal([Wanted, Wanted + "new"], Names(link, Wanted));
    }

    [Fact]
    public void AFolderThatDoesNotNoteChangesIsReadAgainAfterAWriteOfThisProcess()
    {
        var (folder, settled) = Listed();
        new FileVault(folder).Write(Wanted + "new", "new");
        Directory.SetLastWriteTimeUtc(folder, settled);

        Assert.Equal([Wanted, Wanted + "new"], Names(folder, Wanted));
    }

    [Fact]
    public void AFolderThatHasJustChangedIsReadAgainBecauseTimesAreNotPrecise()
    {
        var folder = Copy();
        Assert.Equal(All, Names(folder));
        var changed = Directory.GetLastWriteTimeUtc(folder);
        AddAsAnEarlierBuild(folder, Wanted + "new");
        Directory.SetLastWriteTimeUtc(folder, changed);

        Assert.Equal([Wanted, Wanted + "new"], Names(folder, Wanted));
    }

    [Fact]
    public void AnEntryThatAnEarlierBuildRemovedIsNotListed()
    {
        var folder = Copy();
        Assert.Equal(All, Names(folder));
        File.Delete(FileOf(folder, Wanted));

        Assert.Empty(Names(folder, Wanted));
        Assert.Equal(All.Except([Wanted]), Names(folder));
        Assert.Equal(All.Except([Wanted]), Names(Copy(folder)));
    }

    [Fact]
    public void TheNamesOfRemovedEntriesLeaveTheIndex()
    {
        var size = new FileInfo(IndexOf(_folder)).Length;
        foreach (var name in All.Skip(5)) new FileVault(_folder).Remove(name);

        Assert.Equal(5, Names(_folder).Count);
        Assert.InRange(new FileInfo(IndexOf(_folder)).Length, 1, size / 4);
    }

    // The vault shows a name as it was last written.
    [Fact]
    public void ANameWithOtherCaseIsListedAsItIsNow()
    {
        var folder = Copy();
        Assert.Equal(All, Names(folder));
        File.Delete(FileOf(folder, Wanted));
        AddAsAnEarlierBuild(folder, Wanted.ToUpperInvariant());

        foreach (var place in new[] { folder, Copy(folder) })
        {
            Assert.Empty(Names(place, Wanted));
            Assert.Equal([Wanted.ToUpperInvariant()], Names(place, "AGENTDOM-"));
            Assert.Equal(Count, Names(place).Count);
        }
    }

    [Fact]
    public void ADamagedEntryIsStillReportedByAListThatMayContainIt()
    {
        File.WriteAllBytes(FileOf(_folder, Wanted), [1, 2, 3]);

        foreach (var folder in new[] { _folder, Copy() })
        {
            Settle(folder);
            foreach (var prefix in new[] { "", "agentdom-", Wanted, Wanted })
            {
                var reported = new List<AtpException>();
                _ = new FileVault(folder).List(prefix, reported.Add).Count();
                Assert.Equal(AtpError.VaultEntryDamaged, Assert.Single(reported).Error);
            }
        }
    }

    [Fact]
    public void AnotherKeyIsAnErrorThoughTheNamesAreKnown()
    {
        using var key = new EnvironmentVariable(VaultKey.Variable, "another key of at least 32 bytes.");

        foreach (var prefix in new[] { "", "nothing" })
            Assert.Equal(AtpError.VaultKeyInvalid, Assert.Throws<AtpException>(() => Names(_folder, prefix)).Error);
    }

    [Fact]
    public void AVaultThatCannotBeWrittenIsListedWithoutAnIndex()
    {
        using var disk = new SmallDisk();
        var vault = new FileVault();
        for (var i = 0; i < Count / 2; i++) vault.Write($"agentdom-host-{i}-", $"{i}");
        for (var i = Count / 2; i < Count; i++) AddAsAnEarlierBuild(AgentdomHome.Data, $"agentdom-host-{i}-");
        disk.MakeReadOnly();

        Assert.Equal(All, Names(AgentdomHome.Data));
        Assert.Equal([Wanted], Names(AgentdomHome.Data, Wanted));
        Assert.False(File.Exists(IndexOf(AgentdomHome.Data)));
    }

    [Fact]
    public async Task ProcessesThatWriteAndListAtTheSameTimeSeeEveryEntry()
    {
        var home = (AgentdomHome.Variable, (string?)_root);
        string Script(int first) => ChildEngine.OpenVault
            + $"{first}..{first + 99} | ForEach-Object {{ $vault.Write(\"agentdom-host-$_-\", 'x'); "
            + "$seen = @($vault.List('agentdom-', { param($e) throw $e }) | ForEach-Object { $_ }).Count; "
            + "if ($seen -lt 41 + $_ - " + first + ") { throw \"Only $seen names.\" } }; $seen";

        var results = await Task.WhenAll(ChildEngine.RunAsync(Script(1000), home), ChildEngine.RunAsync(Script(2000), home));

        Assert.All(results, r => Assert.Equal("", r.Errors));
        Assert.Equal(Count + 200, Names(_folder).Count);
        Assert.Equal(Count + 200, Names(Copy()).Count);
    }

    private static string IndexOf(string folder) => Path.Combine(folder, NameIndex.FileName);

    private static string FileOf(string folder, string name) => Path.Combine(folder, Sha256.OfText(name.ToLowerInvariant()) + ".secret");

    private static List<string> Names(string folder, string prefix = "") =>
        [.. new FileVault(folder).List(prefix, static e => throw e).Select(static e => e.Name).Order(StringComparer.Ordinal)];

    // As if nobody had changed it for an hour.
    private static DateTime Settle(string folder)
    {
        Directory.SetLastWriteTimeUtc(folder, DateTime.UtcNow.AddHours(-1));
        return Directory.GetLastWriteTimeUtc(folder);
    }

    // A folder that has not changed for an hour, and whose list is kept.
    private (string Folder, DateTime Settled) Listed()
    {
        var folder = Copy();
        Assert.Equal(All, Names(folder));
        var settled = Settle(folder);
        Assert.Equal(All, Names(folder));
        return (folder, settled);
    }

    private string Copy() => Copy(_folder);

    private string Copy(string folder)
    {
        var copy = Path.Combine(_root, $"copy-{Guid.NewGuid():N}");
        AtomicFile.CreateDirectory(copy);
        foreach (var file in Directory.GetFiles(folder)) File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        return copy;
    }

    // It writes the same file, and nothing else. This process does not know of it either.
    private void AddAsAnEarlierBuild(string folder, string name)
    {
        var elsewhere = Path.Combine(_root, $"elsewhere-{Guid.NewGuid():N}");
        new FileVault(elsewhere).Write(name, "new");
        File.Copy(Assert.Single(Directory.GetFiles(elsewhere, "*.secret")), FileOf(folder, name), overwrite: true);
    }

    // Other entries would be reported as damaged if they were read.
    private void AssertIndexed(string folder)
    {
        var copy = Copy(folder);
        foreach (var file in Directory.GetFiles(copy, "*.secret"))
        {
            if (file != FileOf(copy, Wanted)) File.WriteAllBytes(file, [1]);
        }

        Assert.Equal([Wanted], Names(copy, Wanted));
    }
}
