using System.Text.Json;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.AspNetCore;

/// <summary>The sample issuer's secrets are changed in its file while agents send requests continuously.</summary>
public sealed class RotationUnderLoadTests : IDisposable
{
    private const string Old = "the old secret of more than 32 bytes";
    private const string New = "the new secret of more than 32 bytes";
    private const int Agents = 8;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("agentdom-rotation-");
    private volatile string _secret = Old;
    private int _asked;

    [Fact]
    public async Task NoWellSignedRequestFails()
    {
        Write(Old);
        using var issuer = await SampleIssuer.StartInAsync(_folder.FullName);
        using var ended = new CancellationTokenSource();
        var agents = Enumerable.Range(0, Agents).Select(i => AskAsync(issuer, $"agent-{i}", ended.Token)).ToArray();
        await MoreAsync(agents);

        Write(New, Old);
        await UntilAsync(issuer, New, 200);
        await MoreAsync(agents);
        // Requests that are being sent still use the old secret.
        _secret = New;
        await MoreAsync(agents);
        Write(New);
        await UntilAsync(issuer, Old, 401);
        await MoreAsync(agents);

        ended.Cancel();
        await Task.WhenAll(agents);
        Assert.Equal(401, await AskOnceAsync(issuer, "late", Old));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private async Task AskAsync(SampleIssuer issuer, string agent, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            Assert.Equal(200, await AskOnceAsync(issuer, agent, _secret));
            Interlocked.Increment(ref _asked);
        }
    }

    // Waits until at least 100 more requests have succeeded, including the pending ones.
    private async Task MoreAsync(Task[] agents)
    {
        var enough = Volatile.Read(ref _asked) + 100;
        while (Volatile.Read(ref _asked) < enough && !agents.Any(a => a.IsCompleted))
            await Task.Delay(10, TestContext.Current.CancellationToken);
        if (agents.FirstOrDefault(a => a.IsCompleted) is { } failed) await failed;
    }

    private static async Task UntilAsync(SampleIssuer issuer, string secret, int status)
    {
        while (await AskOnceAsync(issuer, "operator", secret) != status) await Task.Delay(20, TestContext.Current.CancellationToken);
    }

    private static async Task<int> AskOnceAsync(SampleIssuer issuer, string agent, string secret)
    {
        var body = TestIssuer.Body();
        body["agent_id"] = agent;
        using var response = await issuer.RequestTokenAsync(TestIssuer.Signed(body, secret));
        return (int)response.StatusCode;
    }

    private void Write(params string[] secrets)
    {
        var settings = new
        {
            AgentTokens = new
            {
                Secrets = secrets,
                Limits = new { RequestsPerMinutePerAgent = 1_000_000, RequestsPerMinutePerAddress = 10_000_000 },
            },
        };
        // By renaming, as an operator's tool does, so that the file is never incomplete.
        var file = Path.Combine(_folder.FullName, "appsettings.json");
        File.WriteAllText(file + ".new", JsonSerializer.Serialize(settings));
        File.Move(file + ".new", file, overwrite: true);
    }
}
