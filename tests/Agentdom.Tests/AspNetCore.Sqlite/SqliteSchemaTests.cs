using System.Security.Cryptography;
using Agentdom.AspNetCore.Sqlite;
using Agentdom.Tests.Support;
using Microsoft.Data.Sqlite;

namespace Agentdom.Tests.AspNetCoreSqlite;

/// <summary>Files of earlier and later versions.</summary>
public sealed class SqliteSchemaTests : IDisposable
{
    private static readonly CancellationToken s_none = CancellationToken.None;

    private readonly string _folder = TestPaths.NewFolder();
    private readonly (byte[] Signature, DateTimeOffset Until)[] _used =
        [.. Enumerable.Range(0, 100).Select(i => (Signature(), DateTimeOffset.UtcNow.AddSeconds(200 + i)))];

    private string Database => Path.Combine(_folder, "state.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task AFileOfAnEarlierVersionIsUpgradedInPlace(int version)
    {
        var until = DateTimeOffset.UtcNow.AddSeconds(300);
        CreateEarlier(version);

        await using (var state = new SqliteIssuerState(Database))
        {
            foreach (var (signature, its) in _used) Assert.False(await state.TryRememberAsync(signature, its, s_none));
            Assert.True(await state.TryRememberAsync(Signature(), until, s_none));
            await state.RevokeAsync("a token", until, s_none);
            Assert.True(await ((IManagedTokenStore)state).TryReplaceAsync(
                "A", null, new ManagedTokenSet(Guid.NewGuid(), "1", until), s_none));
        }
        await using var again = new SqliteIssuerState(Database);
        foreach (var (signature, its) in _used) Assert.False(await again.TryRememberAsync(signature, its, s_none));
        Assert.NotNull(await ((IManagedTokenStore)again).FindAsync("A", s_none));
        Assert.True(await again.IsRevokedAsync("a token", until, s_none));
        Assert.False(await again.IsRevokedAsync("another", until, s_none));
    }

    [Fact]
    public async Task WhatAnEarlierVersionHasForgottenIsStillRefused()
    {
        CreateEarlier(3);
        var forgotten = DateTimeOffset.UtcNow.AddSeconds(3600);
        SqliteDatabase.Run(Database, $"UPDATE Forgotten SET Until = {forgotten.ToUnixTimeMilliseconds()}");

        await using var state = new SqliteIssuerState(Database);
        await Assert.ThrowsAsync<IssuerStateException>(async () => await state.TryRememberAsync(Signature(), forgotten, s_none));
        Assert.True(await state.TryRememberAsync(Signature(), forgotten.AddSeconds(1), s_none));
        Assert.True(await state.IsRevokedAsync("a token", forgotten, s_none));
    }

    [Fact]
    public async Task AnAppOfTheEarlierVersionThatStillRunsOnTheFileAcceptsNothingMore()
    {
        CreateEarlier(3);
        using var earlier = SqliteDatabase.Connect(Database);
        using var insert = earlier.CreateCommand();
        insert.CommandText = "INSERT INTO Signatures VALUES (1, zeroblob(16)) ON CONFLICT DO NOTHING";
        insert.ExecuteNonQuery();

        await using var state = new SqliteIssuerState(Database);

        Assert.Contains("no such table", Assert.Throws<SqliteException>(() => insert.ExecuteNonQuery()).Message);
    }

    [Fact]
    public async Task AFileOfALaterVersionIsRefused()
    {
        await using (new SqliteIssuerState(Database))
        {
        }
        SqliteDatabase.Run(Database, "PRAGMA user_version = 5");

        Assert.Contains("later version", Assert.Throws<IssuerStateException>(() => new SqliteIssuerState(Database)).Message);
    }

    private static byte[] Signature() => RandomNumberGenerator.GetBytes(32);

    private void CreateEarlier(int version)
    {
        using var file = SqliteDatabase.Connect(Database, SqliteOpenMode.ReadWriteCreate);
        foreach (var table in new[] { "Signatures", "Revocations" })
            SqliteDatabase.Run(file, $"CREATE TABLE {table} (Until INTEGER, Id BLOB, PRIMARY KEY (Until, Id)) WITHOUT ROWID");
        foreach (var (signature, until) in _used)
        {
            SqliteDatabase.Run(
                file, $"INSERT INTO Signatures VALUES ({until.ToUnixTimeMilliseconds()}, x'{Convert.ToHexString(signature[..16])}')");
        }
        if (version >= 2)
        {
            SqliteDatabase.Run(file, "CREATE TABLE Forgotten (Source TEXT PRIMARY KEY, Until INTEGER NOT NULL) WITHOUT ROWID");
            SqliteDatabase.Run(file, "INSERT INTO Forgotten VALUES ('Signatures', 0), ('Revocations', 0)");
        }
        if (version >= 3)
        {
            SqliteDatabase.Run(
                file, "CREATE TABLE ManagedTokens (Agent BLOB PRIMARY KEY, Version BLOB NOT NULL, Until INTEGER NOT NULL, "
                + "Content TEXT NOT NULL) WITHOUT ROWID");
            SqliteDatabase.Run(file, "CREATE INDEX ManagedTokensByUntil ON ManagedTokens (Until)");
        }
        SqliteDatabase.Run(file, $"PRAGMA user_version = {version}");
    }
}
