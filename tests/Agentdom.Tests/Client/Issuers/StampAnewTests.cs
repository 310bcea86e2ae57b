using Agentdom.Tests.Module;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Client;

/// <summary>A timestamp that another process of the same agent has used (protocol.md §5).</summary>
[Collection(PowerShellCollection.Name)]
public sealed class StampAnewTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly Agent _agent;

    public StampAnewTests() => _agent = new Agent(_time);

    public void Dispose() => _agent.Dispose();

    [Fact]
    public async Task AUsedTimestampIsReplacedByALaterOneThreeTimes()
    {
        var used = Answers.Error(401, "replayed_request");
        await using var host = await ScriptedIssuer.StartAsync(used, used, used, Answers.Grant);

        Assert.Equal(ScriptedIssuer.Token, (await _agent.AskAsync(host.Endpoint)).AccessToken);
        Assert.Equal(4, host.Posts.Count);
        Assert.Equal(_time.Milliseconds, host.Posts[0].Timestamp);
        for (var i = 1; i < 4; i++) Assert.InRange(host.Posts[i].Timestamp - host.Posts[i - 1].Timestamp, 1, 1000);
        Assert.Equal(4, host.Posts.Select(p => p.Signature).Distinct().Count());
    }

    [Fact]
    public async Task TheFourthReplayIsAnError()
    {
        await using var host = await ScriptedIssuer.StartAsync(Answers.Error(401, "replayed_request"));

        await Agent.FailsAsync(AtpError.RequestReplayed, () => _agent.AskAsync(host.Endpoint));
        Assert.Equal(4, host.Posts.Count);
    }

    [Fact]
    public async Task AnIssuersClockIsFollowedInBetween()
    {
        var serverTime = _time.Milliseconds + 3_600_000;
        await using var host = await ScriptedIssuer.StartAsync(
            Answers.Error(401, "replayed_request"),
            Answers.Json(401, $$"""{"error":"stale_timestamp","error_description":"x","server_time":{{serverTime}}}"""),
            Answers.Error(401, "replayed_request"),
            Answers.Grant);
        await _agent.AskAsync(host.Endpoint);

        Assert.Equal(4, host.Posts.Count);
        Assert.Equal(serverTime, host.Posts[2].Timestamp);
        Assert.InRange(host.Posts[3].Timestamp - serverTime, 1, 1000);
    }

    // Otherwise the agent would use a timestamp itself that it took from the future before.
    [Fact]
    public async Task TheOrdinaryTimestampsStayAtTheClockAndSkipTheLaterOnes()
    {
        var used = Answers.Error(401, "replayed_request");
        var posts = 0;
        await using var host = await ScriptedIssuer.StartAsync(context => (posts++ % 2 == 0 ? used : Answers.Grant)(context));
        for (var i = 0; i < 300; i++) await _agent.AskAsync(host.Endpoint);

        var ordinary = host.Posts.Where((_, i) => i % 2 == 0).Select(p => p.Timestamp).ToArray();
        Assert.Equal(600, host.Posts.Select(p => p.Timestamp).Distinct().Count());
        // 300 ordinary ones and at most 300 that were skipped.
        Assert.InRange(ordinary.Max() - _time.Milliseconds, 299, 600);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task NoRequestOfOneAgentInManyProcessesFails(int runspaces)
    {
        const int Processes = 4;
        const int RequestsEach = 60;
        await using var issuer = await TestIssuer.StartAsync(
            static o => o.Limits.RequestsPerMinutePerAgent = o.Limits.RequestsPerMinutePerAddress = null);
        var folder = TestPaths.NewFolder();
        // They begin together, however slowly this machine starts them.
        var requests =
            $"[IO.File]::WriteAllText('{folder}/ready-' + [guid]::NewGuid(), ''); "
            + $"while (-not [IO.File]::Exists('{folder}/begin')) {{ [Threading.Thread]::Sleep(1) }}; "
            + $"1..{RequestsEach / runspaces} | ForEach-Object {{ (Request-AtpToken {issuer.Name} data.read -NoPersist).AgentId }}";
        var script = runspaces == 1 ? requests : $$"""
            $work = { Import-Module '{{TestPaths.ModuleManifest}}'; {{requests}} }.ToString()
            $all = 1..{{runspaces}} | ForEach-Object {
                $runspace = [runspacefactory]::CreateRunspace([initialsessionstate]::CreateDefault2())
                $runspace.Open()
                $shell = [powershell]::Create($runspace).AddScript($work)
                @{ Shell = $shell; Run = $shell.BeginInvoke() }
            }
            $all | ForEach-Object { $_.Shell.EndInvoke($_.Run); foreach ($failure in $_.Shell.Streams.Error) { throw $failure } }
            """;

        var running = Enumerable.Range(0, Processes).Select(_ => ChildEngine.RunAsync(
            $"$null = Request-AtpToken {issuer.Name} data.read -NoPersist; {script}",
            ("AGENTDOM_AGENT_ID", "one-agent"), ("AGENTDOM_ATP_SECRET", TestIssuer.SecretText))).ToList();
        while (Directory.GetFiles(folder, "ready-*").Length < Processes * runspaces && !running.Exists(static r => r.IsCompleted))
            await Task.Delay(10, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "begin"), "", TestContext.Current.CancellationToken);
        var results = await Task.WhenAll(running);
        Directory.Delete(folder, recursive: true);

        Assert.All(results, r => Assert.Empty(r.Errors));
        Assert.All(results, r => Assert.Equal(RequestsEach, r.Output.Length));
    }
}
