using Agentdom.TestSupport;
using Microsoft.Testing.Platform.Extensions.Messages;
using Microsoft.Testing.Platform.Extensions.OutputDevice;
using Microsoft.Testing.Platform.Extensions.TestFramework;
using Microsoft.Testing.Platform.OutputDevice;
using Microsoft.Testing.Platform.Requests;
using Microsoft.Testing.Platform.Services;

namespace Agentdom.Pester;

/// <summary>Exposes every test of the Pester suite to <c>dotnet test</c>, so that one run counts them all.</summary>
internal sealed class PesterFramework(IServiceProvider services) : ITestFramework, IDataProducer, IOutputDeviceDataProducer
{
    private const string Separator = ": ";

    public string Uid => nameof(PesterFramework);

    public string Version => "1.0.0";

    public string DisplayName => "Pester";

    public string Description => "Runs the Pester suite in the pwsh of the tool manifest.";

    public Type[] DataTypesProduced => [typeof(TestNodeUpdateMessage)];

    public Task<bool> IsEnabledAsync() => Task.FromResult(true);

    public Task<CreateTestSessionResult> CreateTestSessionAsync(CreateTestSessionContext context) =>
        Task.FromResult(new CreateTestSessionResult { IsSuccess = true });

    public Task<CloseTestSessionResult> CloseTestSessionAsync(CloseTestSessionContext context) =>
        Task.FromResult(new CloseTestSessionResult { IsSuccess = true });

    public async Task ExecuteRequestAsync(ExecuteRequestContext context)
    {
        try
        {
            var request = (TestExecutionRequest)context.Request;
            var list = request is DiscoverTestExecutionRequest;
            var asked = (request.Filter as TestNodeUidListFilter)?.TestNodeUids
                .Select(static uid => uid.Value).ToHashSet(StringComparer.Ordinal);
            var files = PesterFile.All()
                .Where(f => asked?.Any(uid => uid.StartsWith(f.Name + Separator, StringComparison.Ordinal)) ?? true);
            foreach (var file in files)
            {
                var started = DateTimeOffset.UtcNow;
                var tests = await RunAsync(file, list, context.CancellationToken);
                foreach (var (uid, test) in Identified(file, tests).Where(t => asked?.Contains(t.Uid) ?? true))
                {
                    var node = new TestNode { Uid = uid, DisplayName = uid, Properties = Properties(test, list, started) };
                    await context.MessageBus.PublishAsync(this, new TestNodeUpdateMessage(request.Session.SessionUid, node));
                }
                if (!list) await TellAsync(file, tests, DateTimeOffset.UtcNow - started, context.CancellationToken);
            }
        }
        finally
        {
            context.Complete();
        }
    }

    private static async Task<IReadOnlyList<PesterTest>> RunAsync(PesterFile file, bool list, CancellationToken cancellation)
    {
        using var turn = !list && file.RegistersJobs ? CrontabTurn.Take(cancellation) : null;
        return await file.RunAsync(list, cancellation);
    }

    // Two tests may have the same name.
    private static IEnumerable<(string Uid, PesterTest Test)> Identified(PesterFile file, IReadOnlyList<PesterTest> tests) =>
        tests.GroupBy(static t => t.Name).SelectMany(same => same.Select((test, i) =>
            ($"{file.Name}{Separator}{test.Name}{(i == 0 ? "" : $" ({i + 1})")}", test)));

    private static PropertyBag Properties(PesterTest test, bool list, DateTimeOffset started)
    {
        var duration = TimeSpan.FromMilliseconds(test.Milliseconds);
        return new PropertyBag(State(test, list), new TimingProperty(new TimingInfo(started, started + duration, duration)));
    }

    private static TestNodeStateProperty State(PesterTest test, bool list) => test.Result switch
    {
        "Failed" => new FailedTestNodeStateProperty(test.Message),
        _ when list => DiscoveredTestNodeStateProperty.CachedInstance,
        "Passed" => PassedTestNodeStateProperty.CachedInstance,
        "Skipped" or "Inconclusive" => new SkippedTestNodeStateProperty(test.Message),
        _ => new FailedTestNodeStateProperty($"Pester reports '{test.Result}'. {test.Message}"),
    };

    private async Task TellAsync(PesterFile file, IReadOnlyList<PesterTest> tests, TimeSpan duration, CancellationToken cancellation)
    {
        int Count(string result) => tests.Count(t => t.Result == result);
        var text = $"{file.Name}: {Count("Passed")} passed, {Count("Failed")} failed, {Count("Skipped")} skipped "
            + $"in {duration.TotalSeconds:0} s";
        await services.GetOutputDevice().DisplayAsync(this, new TextOutputDeviceData(text), cancellation);
    }
}
