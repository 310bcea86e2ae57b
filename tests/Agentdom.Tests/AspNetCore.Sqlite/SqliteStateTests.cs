using System.Globalization;
using Agentdom.AspNetCore.Sqlite;
using Agentdom.Tests.Issuer;
using Agentdom.Tests.Support;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.Tests.AspNetCoreSqlite;

public sealed class SqliteStateTests : StateContract
{
    private static readonly CancellationToken s_none = CancellationToken.None;

    private readonly string _folder = TestPaths.NewFolder();
    private SqliteIssuerState? _state;

    private string Database => Path.Combine(_folder, "state.db");

    protected override Task<IIssuerState> OpenAsync() => Task.FromResult<IIssuerState>(_state = new SqliteIssuerState(Database));

    public override async ValueTask DisposeAsync()
    {
        if (_state is not null) await _state.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task EntriesAreThereAfterReopening()
    {
        var (signature, until) = (Signature(), In(300));
        await _state!.TryRememberAsync(signature, until, s_none);
        await _state.RevokeAsync("a token", until, s_none);
        await _state.DisposeAsync();

        await using var again = new SqliteIssuerState(Database);
        Assert.False(await again.TryRememberAsync(signature, until, s_none));
        Assert.True(await again.IsRevokedAsync("a token", until, s_none));
    }

    [Fact]
    public async Task TwoOnOneFileActAsOne()
    {
        await using var other = new SqliteIssuerState(Database);
        var until = In(300);
        for (var round = 0; round < 50; round++)
        {
            var signature = Signature();
            var first = await Task.WhenAll(Enumerable.Range(0, 8).Select(i =>
                Task.Run(() => (i % 2 == 0 ? _state! : other).TryRememberAsync(signature, until, s_none).AsTask())));
            Assert.Equal(1, first.Count(isFirst => isFirst));
        }

        await _state!.RevokeAsync("a token", until, s_none);
        Assert.True(await other.IsRevokedAsync("a token", until, s_none));
    }

    [Fact]
    public async Task SetsOfManagedTokensAreThereAfterReopeningAndForOtherProcesses()
    {
        var (first, second) = (Set(3600), Set(7200));
        Assert.True(await Sets.TryReplaceAsync("A", null, first, s_none));
        await using (var other = new SqliteIssuerState(Database))
        {
            IManagedTokenStore sets = other;
            AssertSame(first, await sets.FindAsync("A", s_none));
            Assert.True(await sets.TryReplaceAsync("A", first.Version, second, s_none));
        }
        Assert.False(await Sets.TryReplaceAsync("A", first.Version, Set(60), s_none));
        await _state!.DisposeAsync();

        await using var again = new SqliteIssuerState(Database);
        AssertSame(second, await ((IManagedTokenStore)again).FindAsync("A", s_none));
    }

    [Fact]
    public async Task ExpiredSetsOfManagedTokensArePrunedAndTheirTokensCountAsRevokedAlsoAfterReopening()
    {
        var time = new ManualTime();
        var path = Path.Combine(_folder, "sets.db");
        var (early, late) = (SetUntil(time.GetUtcNow().AddSeconds(300)), SetUntil(time.GetUtcNow().AddSeconds(3600)));
        await using (var state = new SqliteIssuerState(path, time))
        {
            IManagedTokenStore sets = state;
            await sets.TryReplaceAsync("early", null, early, s_none);
            await sets.TryReplaceAsync("late", null, late, s_none);
            // Expired for 30 seconds. With 15 seconds of grace, only one reading of the clock has seen that.
            foreach (var step in new[] { 300, 15, 15 }) await AdvanceAsync(state, step);
            AssertSame(early, await sets.FindAsync("early", s_none));
            await AdvanceAsync(state, 15);
            Assert.Null(await sets.FindAsync("early", s_none));
        }
        Assert.Equal(1, SqliteDatabase.Rows(path, "ManagedTokens"));

        await using var again = new SqliteIssuerState(path, time);
        AssertSame(late, await ((IManagedTokenStore)again).FindAsync("late", s_none));
        Assert.True(await again.IsRevokedAsync("a token of the early set", early.Until, s_none));
        Assert.False(await again.IsRevokedAsync("a token of the late set", late.Until, s_none));

        async Task AdvanceAsync(SqliteIssuerState state, double seconds)
        {
            time.Advance(seconds);
            await state.TryRememberAsync(Signature(), time.GetUtcNow().AddSeconds(300), s_none);
        }
    }

    [Fact]
    public async Task NoWholeSignatureAndNoTokenIdIsInTheFile()
    {
        var signature = Signature();
        await _state!.TryRememberAsync(signature, In(300), s_none);
        await _state.RevokeAsync("a-token-that-has-a-name", In(300), s_none);
        await _state.DisposeAsync();

        var bytes = await File.ReadAllBytesAsync(Database);
        Assert.NotEqual(-1, bytes.AsSpan().IndexOf(signature.AsSpan(0, 16)));
        Assert.Equal(-1, bytes.AsSpan().IndexOf(signature.AsSpan(0, 17)));
        Assert.Equal(-1, bytes.AsSpan().IndexOf("a-token-that"u8));
    }

    [Fact]
    public async Task OnlyTheOwnerMayReadTheFiles()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Files have no mode on Windows.");
            return;
        }
        await _state!.TryRememberAsync(Signature(), In(300), s_none);

        var files = Directory.GetFiles(_folder);
        Assert.Contains(Database + "-wal", files);
        foreach (var file in files) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task OnlyExpiredEntriesArePruned()
    {
        var time = new ManualTime();
        var path = Path.Combine(_folder, "pruned.db");
        await using var state = new SqliteIssuerState(path, time);
        var start = time.GetUtcNow();
        var (early, late) = (Signature(), Signature());
        await state.TryRememberAsync(early, start.AddSeconds(300), s_none);
        await state.TryRememberAsync(late, start.AddSeconds(600), s_none);
        await state.RevokeAsync("early", start.AddSeconds(300), s_none);
        await state.RevokeAsync("late", start.AddSeconds(600), s_none);

        // Expired for 30 seconds. With 15 seconds of grace, only one reading of the clock has seen that.
        foreach (var step in new[] { 300, 15, 15 }) await AdvanceAsync(step);
        Assert.Equal((5, 2), (SqliteDatabase.Rows(path, "SignatureBatches"), SqliteDatabase.Rows(path, "Revocations")));
        Assert.False(await state.TryRememberAsync(early, start.AddSeconds(300), s_none));

        await AdvanceAsync(15);
        Assert.Equal((5, 1), (SqliteDatabase.Rows(path, "SignatureBatches"), SqliteDatabase.Rows(path, "Revocations")));
        Assert.False(await state.TryRememberAsync(late, start.AddSeconds(600), s_none));
        Assert.True(await state.IsRevokedAsync("late", start.AddSeconds(600), s_none));

        async Task AdvanceAsync(double seconds)
        {
            time.Advance(seconds);
            await state.TryRememberAsync(Signature(), start.AddSeconds(3600), s_none);
        }
    }

    [Fact]
    public async Task AClockThatJumpsAheadForAMomentDropsNothing()
    {
        var time = new ManualTime();
        await using var state = new SqliteIssuerState(Path.Combine(_folder, "leap.db"), time);
        var (signature, until) = (Signature(), time.GetUtcNow().AddSeconds(300));
        await state.TryRememberAsync(signature, until, s_none);

        foreach (var leap in new[] { 86400, -86400, 15, -86400, 86400, 15 })
        {
            time.Advance(leap);
            await state.TryRememberAsync(Signature(), time.GetUtcNow().AddSeconds(300), s_none);
        }

        Assert.False(await state.TryRememberAsync(signature, until, s_none));
    }

    [Fact]
    public async Task AFileLockedByOthersIsAFailureUntilTheLockIsReleased()
    {
        var until = In(300);
        await _state!.RevokeAsync("revoked before", until, s_none);
        using (var other = SqliteDatabase.Connect(Database))
        {
            SqliteDatabase.Run(other, "BEGIN IMMEDIATE");

            var error = await Assert.ThrowsAsync<IssuerStateException>(() => _state.TryRememberAsync(Signature(), until, s_none).AsTask());
            Assert.Contains("locked", error.Message);
            Assert.IsType<SqliteException>(error.InnerException);
            await Assert.ThrowsAsync<IssuerStateException>(() => _state.RevokeAsync("a token", until, s_none).AsTask());
            // A reader does not wait for a writer.
            Assert.True(await _state.IsRevokedAsync("revoked before", until, s_none));
            SqliteDatabase.Run(other, "ROLLBACK");
        }

        Assert.True(await _state.TryRememberAsync(Signature(), until, s_none));
        Assert.False(await _state.IsRevokedAsync("a token", until, s_none));
    }

    [Fact]
    public async Task AMissingFileIsAFailureUntilItIsRestored()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "A file that is open cannot be moved on Windows.");
        var (signature, until) = (Signature(), In(300));
        await _state!.TryRememberAsync(signature, until, s_none);
        var elsewhere = Path.Combine(_folder, "elsewhere");
        Directory.CreateDirectory(elsewhere);
        foreach (var file in Directory.GetFiles(_folder)) File.Move(file, Path.Combine(elsewhere, Path.GetFileName(file)));

        var error = await Assert.ThrowsAsync<IssuerStateException>(() => _state.TryRememberAsync(Signature(), until, s_none).AsTask());
        Assert.Contains("is gone", error.Message);
        Assert.False(File.Exists(Database));

        foreach (var file in Directory.GetFiles(elsewhere)) File.Move(file, Path.Combine(_folder, Path.GetFileName(file)));
        Assert.True(await _state.TryRememberAsync(Signature(), until, s_none));
        Assert.False(await _state.TryRememberAsync(signature, until, s_none));
    }

    [Fact]
    public async Task OneWrongCallDoesNotFailTheOthersOfItsBatch()
    {
        var until = In(300);
        var valid = Enumerable.Range(0, 100).Select(_ => _state!.TryRememberAsync(Signature(), until, s_none).AsTask()).ToList();
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await _state!.TryRememberAsync(new byte[15], until, s_none));
        valid.AddRange(Enumerable.Range(0, 100).Select(_ => _state!.TryRememberAsync(Signature(), until, s_none).AsTask()));

        Assert.DoesNotContain(false, await Task.WhenAll(valid));
    }

    [Fact]
    public async Task PendingWritesAreCompletedOnDisposeAndLaterOnesFail()
    {
        var until = In(300);
        var signatures = Enumerable.Range(0, 1000).Select(_ => Signature()).ToList();
        var waiting = signatures.Select(s => _state!.TryRememberAsync(s, until, s_none).AsTask()).ToList();
        await _state!.DisposeAsync();

        Assert.DoesNotContain(false, await Task.WhenAll(waiting));
        await Assert.ThrowsAsync<IssuerStateException>(async () => await _state.TryRememberAsync(Signature(), until, s_none));
        await Assert.ThrowsAsync<IssuerStateException>(async () => await _state.RevokeAsync("a token", until, s_none));
        await Assert.ThrowsAsync<IssuerStateException>(async () => await _state.IsRevokedAsync("a token", until, s_none));
        await Assert.ThrowsAsync<IssuerStateException>(async () => await Sets.FindAsync("A", s_none));
        await Assert.ThrowsAsync<IssuerStateException>(async () => await Sets.TryReplaceAsync("A", null, Set(60), s_none));
        await using var again = new SqliteIssuerState(Database);
        foreach (var signature in signatures) Assert.False(await again.TryRememberAsync(signature, until, s_none));
    }

    [Fact]
    public void AFolderThatIsMissingIsNamed()
    {
        var folder = Path.Combine(_folder, "missing");

        var error = Assert.Throws<IssuerStateException>(() => new SqliteIssuerState(Path.Combine(folder, "state.db")));

        Assert.Contains($"there is no folder '{folder}'", error.Message);
    }

    [Fact]
    public void AFileThatIsNoDatabaseIsLeftAlone()
    {
        var path = Path.Combine(_folder, "notes.txt");
        var text = string.Concat(Enumerable.Repeat("not a database\n", 1000));
        File.WriteAllText(path, text);

        var error = Assert.Throws<IssuerStateException>(() => new SqliteIssuerState(path));

        Assert.Contains("not an SQLite database", error.Message);
        Assert.Equal(text, File.ReadAllText(path));
    }

    [Fact]
    public void ADatabaseOfAnotherProgramIsRefused()
    {
        var path = Path.Combine(_folder, "other.db");
        using (var other = SqliteDatabase.Connect(path, SqliteOpenMode.ReadWriteCreate))
            SqliteDatabase.Run(other, "CREATE TABLE Customers (Name TEXT)");

        Assert.Contains("another program", Assert.Throws<IssuerStateException>(() => new SqliteIssuerState(path)).Message);
    }

    [Theory]
    [InlineData("Data Source={0}/app.db")]
    [InlineData("datasource = '{0}/app.db' ;")]
    [InlineData("Filename={0}/app.db")]
    [InlineData("{0}/app.db")]
    public async Task AConnectionStringNamesTheFile(string text)
    {
        await using var services = Services(string.Format(CultureInfo.InvariantCulture, text, _folder));

        await services.GetRequiredService<IIssuerState>().RevokeAsync("a token", In(300), s_none);
        Assert.Equal(1, SqliteDatabase.Rows(Path.Combine(_folder, "app.db"), "Revocations"));
    }

    [Theory]
    [InlineData("a=b.db")]
    [InlineData("Data Source")]
    [InlineData("data=app;source=1")]
    public async Task AnyOtherTextIsAPathEvenWithAnEqualsSign(string name)
    {
        var path = Path.Combine(_folder, name);
        await using var services = Services(path);

        await services.GetRequiredService<IIssuerState>().RevokeAsync("a token", In(300), s_none);
        Assert.Equal(1, SqliteDatabase.Rows(path, "Revocations"));
    }

    [Theory]
    [InlineData("Data Source=app.db;Password=hunter2;Mode=ReadOnly", "mode, password")]
    [InlineData("Cache=Shared;Filename=app.db", "cache")]
    [InlineData("Data Source=app.db;DataSource=other.db", "Data Source")]
    [InlineData("Data Source=", "Data Source")]
    [InlineData("Data Source=:memory:", "Data Source")]
    [InlineData("Data Source=file:app.db?mode=ro", "Data Source")]
    public void AConnectionStringThatAsksForMoreIsRefusedByName(string text, string named)
    {
        var error = Assert.Throws<ArgumentException>(() => Services(text));

        Assert.Contains(named, error.Message);
        Assert.DoesNotContain("hunter2", error.ToString());
    }

    private static ServiceProvider Services(string pathOrConnection)
    {
        var services = new ServiceCollection().AddLogging();
        services.AddAgentTokenIssuer(_ => { }).UseSqlite(pathOrConnection);
        return services.BuildServiceProvider();
    }

    [Fact]
    public void AFolderIsNoFile() =>
        Assert.Contains(_folder, Assert.Throws<IssuerStateException>(() => new SqliteIssuerState(_folder)).Message);
}
