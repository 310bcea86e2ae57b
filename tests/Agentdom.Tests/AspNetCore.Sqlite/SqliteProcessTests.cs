using System.Diagnostics;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.AspNetCoreSqlite;

/// <summary>The sample issuer with an SQLite file: killed, twice on one file, and with a full disk.</summary>
public sealed class SqliteProcessTests : IDisposable
{
    private readonly string _folder = TestPaths.NewFolder();

    private string State => "sqlite:" + Path.Combine(_folder, "state.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task RevokedTokensAndUsedRequestsOutliveAKill()
    {
        string revoked, valid;
        var used = TestIssuer.Signed(TestIssuer.Body());
        using (var issuer = await SampleIssuer.StartAsync(State))
        {
            (revoked, valid) = (await issuer.TokenAsync(), await issuer.TokenAsync());
            Assert.Equal(200, (int)(await issuer.RequestTokenAsync(used)).StatusCode);
            Assert.Equal(200, (int)(await issuer.RevokeAsync(revoked)).StatusCode);
        }

        using var again = await SampleIssuer.StartAsync(State);
        Assert.False(await again.IsValidAsync(revoked));
        Wire.AssertChallenge(await again.GetDataAsync(revoked), 401, "Bearer error=\"invalid_token\"");
        await Wire.AssertRefusedAsync(await again.RequestTokenAsync(used), 401, "replayed_request");
        Assert.True(await again.IsValidAsync(valid));
        Assert.Equal(200, (int)(await again.GetDataAsync(valid)).StatusCode);
    }

    [Fact]
    public async Task EveryAcknowledgedRequestOutlivesAKillInTheMiddleOfMany()
    {
        var acknowledged = new List<string>();
        using (var issuer = await SampleIssuer.StartAsync(State))
        {
            var running = Enumerable.Range(0, 8).Select(_ => Task.Run(AskUntilKilledAsync)).ToList();
            while (Count() < 200) await Task.Delay(10);
            issuer.Dispose();
            await Task.WhenAll(running);

            async Task AskUntilKilledAsync()
            {
                try
                {
                    while (true)
                    {
                        var body = TestIssuer.Signed(TestIssuer.Body());
                        using var response = await issuer.RequestTokenAsync(body);
                        Assert.Equal(200, (int)response.StatusCode);
                        lock (acknowledged) acknowledged.Add(body);
                    }
                }
                catch (HttpRequestException)
                {
                    // Killed.
                }
            }
        }

        using var again = await SampleIssuer.StartAsync(State);
        foreach (var body in acknowledged)
            await Wire.AssertRefusedAsync(await again.RequestTokenAsync(body), 401, "replayed_request");

        int Count()
        {
            lock (acknowledged) return acknowledged.Count;
        }
    }

    [Fact]
    public async Task TwoProcessesOnOneFileAcceptARequestOnce()
    {
        using var one = await SampleIssuer.StartAsync(State);
        using var other = await SampleIssuer.StartAsync(State);
        for (var round = 0; round < 40; round++)
        {
            var body = TestIssuer.Signed(TestIssuer.Body());
            var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => (i % 2 == 0 ? one : other).RequestTokenAsync(body)));

            Assert.Single(answers, static answer => (int)answer.StatusCode == 200);
            foreach (var issuer in new[] { one, other })
                await Wire.AssertRefusedAsync(await issuer.RequestTokenAsync(body), 401, "replayed_request");
        }
    }

    [Fact]
    public async Task AFullDiskIsA503UntilThereIsSpaceAgain()
    {
        Assert.SkipUnless(await CanMountAsync(), "A small disk of the test's own needs Linux and user namespaces (unshare -rm).");
        using var issuer = await SampleIssuer.StartAsync(
            State, "unshare", "-rm", "sh", "-c", "mount -t tmpfs -o size=1m tmpfs \"$0\" && exec \"$@\"", _folder);
        var token = await issuer.TokenAsync();
        var disk = $"/proc/{issuer.ProcessId}/root{_folder}";
        Assert.True(File.Exists(Path.Combine(disk, "state.db")), "The file is not on the small disk.");
        // Opens a read connection. Without one, closing the file after the failure would free the space of the write-ahead log.
        Assert.True(await issuer.IsValidAsync(token));

        Fill(Path.Combine(disk, "filler"));
        HttpResponseMessage response;
        var bodies = new List<string>();
        do
        {
            bodies.Add(TestIssuer.Signed(TestIssuer.Body()));
            response = await issuer.RequestTokenAsync(bodies[^1]);
        }
        while (response.IsSuccessStatusCode && bodies.Count < 500);
        await Wire.AssertRefusedAsync(response, 503, "temporarily_unavailable");
        await Wire.AssertRefusedAsync(await issuer.RevokeAsync(token), 503, "temporarily_unavailable");
        Assert.True(await issuer.IsValidAsync(token));

        File.Delete(Path.Combine(disk, "filler"));
        Assert.Equal(200, (int)(await issuer.RevokeAsync(token)).StatusCode);
        Assert.False(await issuer.IsValidAsync(token));
        // The last one was not stored, so it was not used. The others were.
        Assert.Equal(200, (int)(await issuer.RequestTokenAsync(bodies[^1])).StatusCode);
        foreach (var body in bodies) await Wire.AssertRefusedAsync(await issuer.RequestTokenAsync(body), 401, "replayed_request");
    }

    private static void Fill(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
            while (true) file.Write(new byte[4096]);
        }
        catch (IOException)
        {
            // Full.
        }
    }

    private async Task<bool> CanMountAsync()
    {
        if (!OperatingSystem.IsLinux()) return false;
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo("unshare", ["-rm", "mount", "-t", "tmpfs", "tmpfs", _folder]) { RedirectStandardError = true })!;
            await process.WaitForExitAsync();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
