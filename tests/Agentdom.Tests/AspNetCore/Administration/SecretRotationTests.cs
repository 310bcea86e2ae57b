using Agentdom.Tests.Support;

namespace Agentdom.Tests.AspNetCore;

/// <summary>An agent's secret is rotated over HTTP while the agent sends requests continuously.</summary>
public sealed class SecretRotationTests
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    [Fact]
    public async Task NoRequestFailsDuringTheOverlapAndTheOlderSecretEndsWithIt()
    {
        await using var issuer = await AdministeredIssuer.StartAsync(static o => o.Limits.RequestsPerMinutePerAgent = null);
        var older = await issuer.RegisterAsync("A");
        var secret = older;
        using var ended = new CancellationTokenSource();
        // Fifty requests a second, however long each takes.
        var agent = Task.Run(async () =>
        {
            var pending = new List<Task<int>>();
            using var clock = new PeriodicTimer(s_pause);
            while (!ended.IsCancellationRequested && await clock.WaitForNextTickAsync())
                pending.Add(issuer.RequestAsync("A", Volatile.Read(ref secret)));
            return await Task.WhenAll(pending);
        });
        await Task.Delay(TimeSpan.FromSeconds(1));

        var rotated = await issuer.CallAsync("POST", "/A/rotate-secret", """{"overlap_seconds":3}""");
        // For a while the agent does not know of it.
        await Task.Delay(TimeSpan.FromSeconds(1));
        Volatile.Write(ref secret, rotated.Text("secret")!);
        while (await issuer.RequestAsync("A", older) == 200) await Task.Delay(s_pause);
        await Task.Delay(TimeSpan.FromSeconds(1));
        ended.Cancel();

        var all = await agent;
        Assert.True(all.Length >= 100, $"It sent only {all.Length} requests.");
        Assert.All(all, static status => Assert.Equal(200, status));
        Assert.Equal(401, await issuer.RequestAsync("A", older));
    }
}
