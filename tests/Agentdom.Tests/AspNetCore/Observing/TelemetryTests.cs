using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Agentdom.AspNetCore;
using Agentdom.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.Tests.AspNetCore;

/// <summary>Counters, durations and spans for OpenTelemetry, and the health check.</summary>
public sealed class TelemetryTests
{
    [Fact]
    public async Task DecisionsAreCountedByOperationAndOutcome()
    {
        await using var issuer = await TestIssuer.StartAsync();
        using var metrics = new Metrics(issuer.Service<IMeterFactory>());
        await issuer.TokenAsync();
        await issuer.TokenAsync();
        await issuer.RequestTokenAsync("garbage");

        Assert.Equal(2, metrics.Sum("agentdom.issuer.decisions", "mint", "issued"));
        Assert.Equal(1, metrics.Sum("agentdom.issuer.decisions", "mint", "invalid_request"));
        Assert.Equal(3, metrics.Count("agentdom.issuer.duration"));
    }

    [Fact]
    public async Task AStateOutOfReachIsCounted()
    {
        await using var issuer = await TestIssuer.StartAsync(services: s => s.AddSingleton<IIssuerState>(new FailingState()));
        using var metrics = new Metrics(issuer.Service<IMeterFactory>());
        await issuer.RequestTokenAsync(TestIssuer.Signed(TestIssuer.Body()));

        Assert.Equal(1, metrics.Sum("agentdom.issuer.state.failures", "mint", "temporarily_unavailable"));
    }

    [Fact]
    public async Task DurationsFallIntoBucketsOfTheirOwnSize()
    {
        Histogram<double>? duration = null;
        await using var issuer = await TestIssuer.StartAsync();
        var factory = issuer.Service<IMeterFactory>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Scope == factory && instrument.Name == "agentdom.issuer.duration")
                    duration = (Histogram<double>)instrument;
            },
        };
        listener.Start();
        await issuer.TokenAsync();

        Assert.Contains(duration!.Advice!.HistogramBucketBoundaries!, seconds => seconds < 0.01);
    }

    [Fact]
    public async Task ADecisionIsASpanOfTheRequest()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name is AgentTokenDefaults.TelemetryName or "Microsoft.AspNetCore",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using var issuer = await TestIssuer.StartAsync();
        var body = TestIssuer.Body();
        body["agent_id"] = "the agent of this test only";
        await issuer.RequestTokenAsync(TestIssuer.Signed(body));

        // The span ends after the answer was sent.
        Activity? span = null;
        await TokenApi.UntilAsync(() => Task.FromResult(
            (span = spans.SingleOrDefault(s => s.GetTagItem("agentdom.agent_id") is "the agent of this test only")) is not null));
        Assert.Equal("agentdom.mint", span!.OperationName);
        Assert.Equal("issued", span.GetTagItem("agentdom.outcome"));
        Assert.Equal("data.read", span.GetTagItem("agentdom.scopes"));
        Assert.NotNull(span.ParentId);
    }

    [Fact]
    public async Task HealthFollowsTheState()
    {
        await using var well = await StartWithHealthAsync(new InMemoryIssuerState());
        Assert.Equal(200, (int)(await well.GetAsync("/health")).StatusCode);

        await using var ill = await StartWithHealthAsync(new FailingState());
        using var answer = await ill.GetAsync("/health");
        Assert.Equal(503, (int)answer.StatusCode);
        Assert.DoesNotContain("password", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task AStateThatIsFullIsNotHealthy()
    {
        await using var issuer = await StartWithHealthAsync(new InMemoryIssuerState(capacity: 1));
        await issuer.TokenAsync();

        Assert.Equal(503, (int)(await issuer.GetAsync("/health")).StatusCode);
    }

    private static Task<TestIssuer> StartWithHealthAsync(IIssuerState state) => TestIssuer.StartAsync(
        services: s => s.AddSingleton(state).AddHealthChecks().AddAgentTokenIssuerState(), map: app => app.MapHealthChecks("/health"));
}
