using System.Security.Cryptography;
using Agentdom.AspNetCore.Sqlite;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.AspNetCoreSqlite;

/// <summary>Used signatures are in the file and in memory. The two must not differ, whatever happens to either.</summary>
public sealed class SqliteSignaturesTests : IAsyncDisposable
{
    private static readonly CancellationToken s_none = CancellationToken.None;

    private readonly string _folder = TestPaths.NewFolder();
    private readonly ManualTime _time = new();
    private readonly DateTimeOffset _until;
    private readonly SqliteIssuerState _state;

    public SqliteSignaturesTests()
    {
        _until = _time.GetUtcNow().AddSeconds(300);
        _state = new SqliteIssuerState(Database, _time);
    }

    private string Database => Path.Combine(_folder, "state.db");

    public async ValueTask DisposeAsync()
    {
        await _state.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task EverySignatureIsFoundAfterARestartWithMany()
    {
        var signatures = Enumerable.Range(0, 100_000).Select(static _ => Signature()).ToList();
        foreach (var part in signatures.Chunk(10_000)) Assert.Equal(part.Length, await AddAsync(_state, part));
        await _state.DisposeAsync();

        await using var again = new SqliteIssuerState(Database, _time);
        foreach (var part in signatures.Chunk(10_000)) Assert.Equal(0, await AddAsync(again, part));
        Assert.Equal(1, await AddAsync(again, Signature()));
    }

    [Fact]
    public async Task ABatchIsOneRow()
    {
        using (var other = SqliteDatabase.Connect(Database))
        {
            // While another program writes, all of them wait.
            SqliteDatabase.Run(other, "BEGIN IMMEDIATE");
            var first = AddAsync(_state, Signature());
            var waiting = AddAsync(_state, [.. Enumerable.Range(0, 1000).Select(static _ => Signature())]);
            SqliteDatabase.Run(other, "COMMIT");
            Assert.Equal(1, await first);
            Assert.Equal(1000, await waiting);
        }

        Assert.InRange(SqliteDatabase.Rows(Database, "SignatureBatches"), 1, 2);
    }

    [Fact]
    public async Task WhatCouldNotBeWrittenIsNotUsed()
    {
        var (before, failed) = (Signature(), Signature());
        Assert.Equal(1, await AddAsync(_state, before));
        SqliteDatabase.Run(
            Database, "CREATE TRIGGER Fails BEFORE INSERT ON SignatureBatches BEGIN SELECT RAISE(ABORT, 'not now'); END");
        await Assert.ThrowsAsync<IssuerStateException>(() => AddAsync(_state, failed));
        SqliteDatabase.Run(Database, "DROP TRIGGER Fails");

        Assert.Equal(1, await AddAsync(_state, failed));
        Assert.Equal(0, await AddAsync(_state, failed, before));
    }

    [Fact]
    public void OnlyWhatWasCommittedIsUsedAlsoIfTheCommitWasTakenForFailed()
    {
        var (file, signatures) = (new SqliteFile(Database), new SqliteSignatures(_time));
        var (lost, stored) = (Key(), Key());
        using (var statements = new SqliteStatements(file.OpenToWrite()))
        {
            Append(statements, lost);
            // Closing rolls back.
        }
        using (var statements = new SqliteStatements(file.OpenToWrite()))
        {
            Append(statements, stored);
            statements.Commit();
            // The caller was told of a failure, so signatures.Committed() is not called.
        }

        using var again = new SqliteStatements(file.OpenToWrite());
        again.Begin();
        signatures.Begin(again);
        Assert.True(signatures.TryAdd(lost));
        Assert.False(signatures.TryAdd(lost));
        Assert.False(signatures.TryAdd(stored));

        void Append(SqliteStatements statements, SqliteKey key)
        {
            statements.Begin();
            signatures.Begin(statements);
            Assert.True(signatures.TryAdd(key));
            signatures.Append(statements);
        }
    }

    [Fact]
    public async Task AnOlderFileThatIsRestoredWhileItRunsIsReadAnew()
    {
        var (kept, lost) = (Signature(), Enumerable.Range(0, 3).Select(static _ => Signature()).ToArray());
        Assert.Equal(1, await AddAsync(_state, kept));
        var backup = Path.Combine(_folder, "backup.db");
        SqliteDatabase.Copy(Database, backup);
        foreach (var signature in lost) Assert.Equal(1, await AddAsync(_state, signature));

        SqliteDatabase.Copy(backup, Database);
        // As many rows as were lost, and more, so that their numbers alone do not show it.
        var others = Enumerable.Range(0, 5).Select(static _ => Signature()).ToArray();
        await using (var other = new SqliteIssuerState(Database, _time))
        {
            foreach (var signature in others) Assert.Equal(1, await AddAsync(other, signature));
        }

        Assert.Equal(0, await AddAsync(_state, [kept, .. others]));
        // This process has accepted them, so it knows better than the file.
        Assert.Equal(0, await AddAsync(_state, lost));
        Assert.Equal(1, await AddAsync(_state, Signature()));
    }

    [Fact]
    public async Task AFileWithFewerRowsIsReadAnewToo()
    {
        var backup = Path.Combine(_folder, "backup.db");
        SqliteDatabase.Copy(Database, backup);
        for (var i = 0; i < 3; i++) await AddAsync(_state, Signature());
        SqliteDatabase.Copy(backup, Database);
        var others = Signature();
        await using (var other = new SqliteIssuerState(Database, _time)) Assert.Equal(1, await AddAsync(other, others));

        Assert.Equal(0, await AddAsync(_state, others));
        var next = Signature();
        Assert.Equal(1, await AddAsync(_state, next));
        await using var again = new SqliteIssuerState(Database, _time);
        Assert.Equal(0, await AddAsync(again, others, next));
    }

    [Fact]
    public async Task AProcessThatWasIdleWhileItsRowsExpiredSeesWhatOthersHaveAppended()
    {
        Assert.Equal(1, await AddAsync(_state, Signature()));
        await using var other = new SqliteIssuerState(Database, _time);
        foreach (var step in new[] { 330, 15, 15 })
        {
            _time.Advance(step);
            // A revocation prunes, and appends no row.
            await other.RevokeAsync("a token", _time.GetUtcNow().AddSeconds(3600), s_none);
        }
        Assert.Equal(0, SqliteDatabase.Rows(Database, "SignatureBatches"));
        var (used, until) = (Signature(), _time.GetUtcNow().AddSeconds(300));
        Assert.True(await other.TryRememberAsync(used, until, s_none));

        Assert.False(await _state.TryRememberAsync(used, until, s_none));
        Assert.True(await _state.TryRememberAsync(Signature(), until, s_none));
    }

    [Fact]
    public void ARowIsDeletedOnceItsLastSignatureHasExpired()
    {
        var signatures = new SqliteSignatures(_time);
        using var statements = new SqliteStatements(new SqliteFile(Database).OpenToWrite());
        var (early, late) = (Key(100), Key(400));
        Commit(expiredBefore: long.MinValue, early, late);

        Commit(expiredBefore: late.Until);
        Assert.Equal(1, SqliteDatabase.Rows(Database, "SignatureBatches"));
        Commit(expiredBefore: late.Until + 1);
        Assert.Equal(0, SqliteDatabase.Rows(Database, "SignatureBatches"));
        Commit(long.MinValue);
        Assert.Equal(late.Until, signatures.ForgottenUntil);

        void Commit(long expiredBefore, params SqliteKey[] keys)
        {
            statements.Begin();
            signatures.Begin(statements);
            foreach (var key in keys) Assert.True(signatures.TryAdd(key));
            signatures.Append(statements);
            statements.Prune(expiredBefore, most: 10);
            statements.Commit();
            signatures.Committed();
        }
    }

    [Fact]
    public async Task ARowThatIsDamagedIsAFailureAndNotAnEmptyOne()
    {
        Assert.Equal(1, await AddAsync(_state, Signature()));
        await _state.DisposeAsync();
        SqliteDatabase.Run(Database, "UPDATE SignatureBatches SET Entries = substr(Entries, 2)");

        Assert.Contains("damaged", Assert.Throws<IssuerStateException>(() => new SqliteIssuerState(Database, _time)).Message);
    }

    private SqliteKey Key(double seconds = 300) => new(Signature(), _time.GetUtcNow().AddSeconds(seconds));

    private static byte[] Signature() => RandomNumberGenerator.GetBytes(32);

    /// <returns>How many of them are new.</returns>
    private async Task<int> AddAsync(SqliteIssuerState state, params byte[][] signatures)
    {
        var answers = await Task.WhenAll(signatures.Select(signature => state.TryRememberAsync(signature, _until, s_none).AsTask()));
        return answers.Count(static isNew => isNew);
    }
}
