using Agentdom.Tests.Support;

namespace Agentdom.Tests.AspNetCoreEntityFrameworkCore;

/// <summary>Processes of an issuer on one PostgreSQL: two of them, and killed.</summary>
public sealed class PostgresProcessTests : IAsyncLifetime
{
    private PostgresServer _server = null!;
    private AppDatabase _database = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await PostgresServer.StartAsync();
        _database = await AppDatabase.CreateAsync(AppDatabase.Postgres, _server);
    }

    public async ValueTask DisposeAsync()
    {
        if (_database is not null) await _database.DisposeAsync();
        if (_server is not null) await _server.DisposeAsync();
    }

    [Fact]
    public async Task TwoNodesActAsOneAndOutliveTheDatabase()
    {
        using var a = await NodeAsync();
        using var b = await NodeAsync();

        var (revoked, valid) = (await a.TokenAsync(), await a.TokenAsync());
        Assert.Equal(200, (int)(await b.GetDataAsync(revoked)).StatusCode);
        Assert.Equal(200, (int)(await a.RevokeAsync(revoked)).StatusCode);
        Assert.False(await b.IsValidAsync(revoked));
        Wire.AssertChallenge(await b.GetDataAsync(revoked), 401, "Bearer error=\"invalid_token\"");
        Assert.Equal(200, (int)(await b.GetDataAsync(valid)).StatusCode);

        var used = TestIssuer.Signed(TestIssuer.Body());
        Assert.Equal(200, (int)(await a.RequestTokenAsync(used)).StatusCode);
        await Wire.AssertRefusedAsync(await b.RequestTokenAsync(used), 401, "replayed_request");

        _server.Kill();
        foreach (var node in new[] { a, b })
        {
            await AssertUnavailableAsync(node.RequestTokenAsync(TestIssuer.Signed(TestIssuer.Body())));
            await AssertUnavailableAsync(node.VerifyAsync(valid));
            await AssertUnavailableAsync(node.RevokeAsync(valid));
            Assert.Equal(503, (int)(await node.GetDataAsync(valid)).StatusCode);
        }

        await _server.StartAgainAsync();
        foreach (var node in new[] { a, b })
        {
            await BackAsync(node);
            Assert.False(await node.IsValidAsync(revoked));
            await Wire.AssertRefusedAsync(await node.RequestTokenAsync(used), 401, "replayed_request");
            Assert.Equal(200, (int)(await node.GetDataAsync(await node.TokenAsync())).StatusCode);
        }
    }

    [Fact]
    public async Task EveryAcknowledgedRevocationOutlivesAKillOfTheNode()
    {
        List<string> revoked;
        using (var node = await NodeAsync()) revoked = await RevokeManyAsync(node, node.Dispose);

        using var again = await NodeAsync();
        foreach (var token in revoked) Assert.False(await again.IsValidAsync(token));
        Assert.True(await again.IsValidAsync(await again.TokenAsync()));
    }

    [Fact]
    public async Task EveryAcknowledgedRevocationOutlivesAKillOfTheDatabase()
    {
        using var node = await NodeAsync();
        var revoked = await RevokeManyAsync(node, _server.Kill);

        await _server.StartAgainAsync();
        await BackAsync(node);
        foreach (var token in revoked) Assert.False(await node.IsValidAsync(token));
        Assert.True(await node.IsValidAsync(await node.TokenAsync()));
    }

    /// <summary>Revokes tokens until something is killed in the middle of it.</summary>
    /// <returns>The tokens whose revocation was acknowledged.</returns>
    private static async Task<List<string>> RevokeManyAsync(SampleIssuer node, Action kill)
    {
        var acknowledged = new List<string>();
        var running = Enumerable.Range(0, 8).Select(_ => Task.Run(RevokeUntilKilledAsync)).ToList();
        while (Count() < 200) await Task.Delay(10);
        kill();
        await Task.WhenAll(running);
        return acknowledged;

        async Task RevokeUntilKilledAsync()
        {
            try
            {
                while (true)
                {
                    using var granted = await node.RequestTokenAsync(TestIssuer.Signed(TestIssuer.Body()));
                    if ((int)granted.StatusCode == 503) return;
                    var token = (await Wire.JsonAsync(granted)).GetProperty("token").GetString()!;
                    using var response = await node.RevokeAsync(token);
                    if ((int)response.StatusCode == 503) return;
                    Assert.Equal(200, (int)response.StatusCode);
                    lock (acknowledged) acknowledged.Add(token);
                }
            }
            catch (HttpRequestException)
            {
                // Killed.
            }
        }

        int Count()
        {
            lock (acknowledged) return acknowledged.Count;
        }
    }

    private static async Task AssertUnavailableAsync(Task<HttpResponseMessage> call)
    {
        using var response = await call;
        await Wire.AssertRefusedAsync(response, 503, "temporarily_unavailable");
    }

    /// <summary>Waits until a node works again. How long connections take to be replaced is not tested.</summary>
    private static async Task BackAsync(SampleIssuer node)
    {
        for (var attempt = 0; attempt < 300; attempt++)
        {
            using var response = await node.RequestTokenAsync(TestIssuer.Signed(TestIssuer.Body()));
            if (response.IsSuccessStatusCode) return;
            await Task.Delay(100);
        }
        Assert.Fail("The node did not find its database again.");
    }

    private Task<SampleIssuer> NodeAsync() => SampleIssuer.StartOnAsync(_database);
}
