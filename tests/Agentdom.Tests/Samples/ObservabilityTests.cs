using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Samples;

/// <summary>The alert rules and the dashboard of samples/observability, with a real Prometheus and the real sample issuer.</summary>
public sealed partial class ObservabilityTests
{
    private const int Many = 25;

    [Theory]
    [InlineData("check", "rules", "--lint=all", "--lint-fatal", "alerts.yml")]
    [InlineData("check", "config", "--lint-fatal", "prometheus.yml")]
    [InlineData("test", "rules", "alerts.test.yml")]
    public async Task PromtoolAcceptsTheFiles(params string[] arguments)
    {
        var (exitCode, output) = await Prometheus.RunToolAsync(arguments);

        Assert.True(exitCode == 0, output);
        Assert.Contains("SUCCESS", output);
    }

    [Fact]
    public async Task AScrapeOfTheSampleFillsTheDashboardAndRaisesTheAlerts()
    {
        var (wellTarget, illTarget) = (Target(), Target());
        using var well = await StartAsync("memory", wellTarget);
        // A Redis that is down does not stop the app.
        using var ill = await StartAsync($"redis:127.0.0.1:{FreePort.Find()}", illTarget);
        using var prometheus = await Prometheus.StartAsync(wellTarget, illTarget);
        for (var i = 0; i < Many; i++)
        {
            await RefuseAsync(well, "not the secret, but as long as one");
            await CallAsync(well, ill);
        }

        var queries = Queries();
        // A rate needs two scrapes, and one of durations needs requests between them.
        for (var attempt = 0; queries.Count > 0 && attempt < 120; attempt++)
        {
            await CallAsync(well, ill);
            for (var i = queries.Count - 1; i >= 0; i--)
            {
                if ((await prometheus.QueryAsync(queries[i])).Count > 0) queries.RemoveAt(i);
            }
            await Task.Delay(250, TestContext.Current.CancellationToken);
        }
        Assert.Empty(queries);

        // The sample itself is the issuer, so it never accepts a token unchecked.
        string[] expected = ["AgentdomInvalidSignatures", "AgentdomReplayedRequests", "AgentdomStateFailures"];
        await TokenApi.UntilAsync(async () => (await FiringAsync(prometheus)).Count >= expected.Length);
        Assert.Equal(expected, await FiringAsync(prometheus));
        var failing = Assert.Single(await prometheus.QueryAsync("""ALERTS{alertname="AgentdomStateFailures"}"""));
        Assert.Equal(illTarget, failing["instance"]);
    }

    [Fact]
    public async Task TheDashboardCountsNoAcceptedTokenAsRefusedAndOnlyFailuresOfTheTimeShown()
    {
        var folder = TestPaths.NewFolder();
        var file = Path.Combine(folder, "dashboard.test.yml");
        File.WriteAllText(file, $$"""
            tests:
              - interval: 1m
                input_series:
                  - series: agentdom_issuer_decisions_total{job="api", instance="a", operation="accept", outcome="accepted_unchecked"}
                    values: 0+60x180
                  - series: agentdom_issuer_decisions_total{job="api", instance="a", operation="accept", outcome="invalid_token"}
                    values: 0+60x180
                  # Two hours ago, and the first of their kind half an hour ago.
                  - series: agentdom_issuer_state_failures_total{job="api", instance="a", operation="mint"}
                    values: 0x50 7x130
                  - series: agentdom_issuer_state_failures_total{job="api", instance="a", operation="verify"}
                    values: _x140 2x40
                promql_expr_test:
                  - expr: {{Expression("Refused")}}
                    eval_time: 170m
                    exp_samples: [{ labels: '{}', value: 0.5 }]
                  - expr: {{Expression("Refusals")}}
                    eval_time: 170m
                    exp_samples: [{ labels: '{operation="accept", outcome="invalid_token"}', value: 1 }]
                  - expr: {{Expression("Failures of the state")}}
                    eval_time: 170m
                    exp_samples: [{ labels: '{}', value: 2 }]
            """);

        var (exitCode, output) = await Prometheus.RunToolAsync("test", "rules", file);

        Directory.Delete(folder, recursive: true);
        Assert.True(exitCode == 0, output);

        // JSON is YAML.
        static string Expression(string panel) => JsonSerializer.Serialize(Query(Dashboard().GetProperty("panels").EnumerateArray()
            .Single(element => element.GetProperty("title").GetString() == panel)
            .GetProperty("targets")[0].GetProperty("expr").GetString()!, "5m", "1h"));
    }

    private static async Task CallAsync(SampleIssuer well, SampleIssuer ill)
    {
        var used = TestIssuer.Signed(TestIssuer.Body());
        using var issued = await well.RequestTokenAsync(used);
        using var replayed = await well.RequestTokenAsync(used);
        Assert.Equal((200, 401), ((int)issued.StatusCode, (int)replayed.StatusCode));
        var token = (await Wire.JsonAsync(issued)).GetProperty("token").GetString()!;
        using var data = await well.GetDataAsync(token);
        Assert.True(await well.IsValidAsync(token));
        using var unavailable = await ill.RequestTokenAsync(TestIssuer.Signed(TestIssuer.Body()));
        Assert.Equal(503, (int)unavailable.StatusCode);
    }

    private static async Task RefuseAsync(SampleIssuer issuer, string secret)
    {
        using var refused = await issuer.RequestTokenAsync(TestIssuer.Signed(TestIssuer.Body(), secret));
        Assert.Equal(401, (int)refused.StatusCode);
    }

    private static async Task<List<string>> FiringAsync(Prometheus prometheus)
    {
        var alerts = await prometheus.QueryAsync("""count by (alertname) (ALERTS{alertstate="firing"})""");
        return [.. alerts.Select(static alert => alert["alertname"]).Order()];
    }

    private static Task<SampleIssuer> StartAsync(string state, string target) =>
        SampleIssuer.StartWithAsync(state, ("ATP_METRICS_URL", "http://" + target));

    private static string Target() => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{FreePort.Find()}");

    /// <summary>All queries of the dashboard, without the zeros that they have in place of nothing.</summary>
    private static List<string> Queries()
    {
        var queries = Texts(Dashboard()).ToList();
        Assert.NotEmpty(queries);
        return [.. queries.Select(static query => Query(query, "1m", "1m").Replace(" or vector(0)", "", StringComparison.Ordinal))];
    }

    /// <summary>A query of the dashboard, with its variables as they are at first.</summary>
    private static string Query(string text, string rateInterval, string range) => LabelValues().Replace(text, "count by ($2) ($1)")
        .Replace("$__rate_interval", rateInterval, StringComparison.Ordinal).Replace("$__range", range, StringComparison.Ordinal)
        .Replace("$job", ".+", StringComparison.Ordinal).Replace("$instance", ".+", StringComparison.Ordinal);

    private static JsonElement Dashboard() =>
        JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Path.Combine(Prometheus.Sample, "dashboard.json")));

    // The queries of panels and annotations, and those of the variables.
    private static IEnumerable<string> Texts(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Texts),
        JsonValueKind.Object => element.EnumerateObject().SelectMany(static member =>
            member.Name is "expr" or "definition" ? [member.Value.GetString()!] : Texts(member.Value)),
        _ => [],
    };

    [GeneratedRegex(@"^label_values\((.+), (\w+)\)$")]
    private static partial Regex LabelValues();
}
