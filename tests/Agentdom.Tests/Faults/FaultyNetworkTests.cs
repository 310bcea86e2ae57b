using System.Text.RegularExpressions;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Faults;

/// <summary>
/// Agents on a network that drops, delays, cuts, duplicates and corrupts messages. It uses plain http, because over https a
/// corrupted message would only be another broken connection. Here the agents must rely on their own checks.
/// </summary>
[Collection(PowerShellCollection.Name)]
public sealed class FaultyNetworkTests(ITestOutputHelper output) : IDisposable
{
    private const int Agents = 5;
    private const int CallsEach = 200;
    private const int ScopesEach = 20;
    private const int Seed = 20261123;

    // The errors that a broken network can cause. Any other is a defect.
    private static readonly HashSet<string> s_known =
    [
        "AtpHostUnreachable", "AtpTimedOut", "AtpRedirectRefused", "AtpAnswerInvalid", "AtpSignatureRefused", "AtpRequestRefused",
        "AtpGrantExceeded", "AtpClockSkewed", "AtpScopeDenied", "AtpRateLimited", "AtpIssuerUnavailable", "AtpIssuerFailed",
    ];

    // Each call requests one of a few scopes, so that most of them already have a token. Then all are renewed. A corrupted answer can
    // grant more than was asked for, so they are strict.
    private const string Script = """
        $had = @{}
        foreach ($i in 1..@CALLS@) {
            $scope = "s$($i % @SCOPES@)"
            $got = $id = $type = $message = $advice = ''
            try {
                $token = if ($had[$scope] -and $i % 3 -eq 0) { Update-AtpToken '@HOST@' -Scope $scope -Force -Strict -ErrorAction Stop }
                    else { Request-AtpToken '@HOST@' $scope -Strict -WarningAction Ignore }
                $got = $had[$scope] = [pscredential]::new('x', $token.AccessToken).GetNetworkCredential().Password
            }
            catch {
                $id = ($_.FullyQualifiedErrorId -split ',')[0]
                $type, $message, $advice = $_.Exception.GetType().FullName, $_.Exception.Message, $_.Exception.Advice
            }
            $kept = try { Get-AtpToken '@HOST@' $scope -NoRefresh -AsPlainText } catch { ($_.FullyQualifiedErrorId -split ',')[0] }
            $scope, $got, $kept, $id, $type, $message, $advice, 'end' -join "`t"
        }
        """;

    private readonly Engine _engine = new();
    private readonly (string, string?) _home = (AgentdomHome.Variable, Environment.GetEnvironmentVariable(AgentdomHome.Variable));

    private sealed record Call(string Scope, string Token, string Kept, string Error, string Type, string Message, string Advice)
    {
        internal bool Succeeded => Token.Length > 0;
    }

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task AThousandCallsReturnAValidTokenOrAClearErrorAndNoTokenIsLost()
    {
        await using var issuer = await StartIssuerAsync();
        var proxies = Enumerable.Range(0, Agents).Select(i => new FaultyProxy(issuer.Name, Seed + i, ATokenCallInThreeFails)).ToArray();
        var calls = await Task.WhenAll(proxies.Select(RunScriptAsync));

        var vault = new TokenStore(new FileVault(), static e => throw e);
        foreach (var (proxy, made) in proxies.Zip(calls))
        {
            Assert.Equal(CallsEach, made.Count);
            await AssertEachSucceedsOrIsClearAsync(issuer, proxy, made);
            AssertNothingIsLost(made);
            AssertNoSignatureTwice(proxy);
            // Complete, and no more than was reported.
            Assert.Equal(
                made.Where(c => c.Succeeded).GroupBy(c => c.Scope).Select(g => g.Last().Token).Order(StringComparer.Ordinal),
                vault.Of(AtpHost.Parse(proxy.Name), null).Select(t => t.AccessToken).Order(StringComparer.Ordinal));
        }
        Assert.Empty(Directory.GetFiles(AgentdomHome.Data, "*" + AtomicFile.TemporarySuffix));
        AssertAllWasMet(proxies, [.. calls.SelectMany(c => c)]);
        foreach (var proxy in proxies) await proxy.DisposeAsync();
    }

    [Fact]
    public async Task AManifestThatIsSpoiltIsReadOrRefused()
    {
        await using var issuer = await TestIssuer.StartAsync();
        await using var proxy = new FaultyProxy(
            issuer.Name, Seed, static (_, random) => random.Next(4) == 0 ? Fault.None : Fault.SpoilAnswer);
        using var agent = new Agent(new HastyTime());
        var outcomes = new Dictionary<string, int>();
        for (var i = 0; i < 500; i++)
        {
            var outcome = "read";
            try
            {
                var manifest = await agent.DiscoverAsync(proxy.Name, fresh: true);
                Assert.Equal("127.0.0.1", manifest.TokenEndpoint.Host);
            }
            catch (AtpException e)
            {
                Assert.NotEmpty(e.Advice);
                Assert.DoesNotContain(e.Message, char.IsControl);
                outcome = e.Error.ToString();
            }
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
        }

        output.WriteLine(string.Join(", ", outcomes));
        Assert.True(outcomes.Count > 3, string.Join(", ", outcomes));
        Assert.Contains("EndpointForeign", outcomes.Keys);
    }

    private static Fault ATokenCallInThreeFails(string firstLine, Random random) =>
        // A corrupted manifest that is still readable would be cached for five minutes, and hide the other faults.
        firstLine.StartsWith("GET", StringComparison.Ordinal) ? random.Next(5) == 0 ? Fault.Drop : Fault.None
        : random.Next(3) == 0 ? (Fault)random.Next(1, Enum.GetValues<Fault>().Length) : Fault.None;

    private static Task<TestIssuer> StartIssuerAsync() => TestIssuer.StartAsync(o =>
    {
        o.Limits.RequestsPerMinutePerAgent = o.Limits.RequestsPerMinutePerAddress = null;
        for (var i = 0; i < ScopesEach; i++) o.Scopes.Add($"s{i}");
    });

    private async Task<List<Call>> RunScriptAsync(FaultyProxy proxy)
    {
        var script = Script.Replace("@HOST@", proxy.Name).Replace("@CALLS@", $"{CallsEach}").Replace("@SCOPES@", $"{ScopesEach}");
        var result = await ChildEngine.RunAsync(script, _home, ("AGENTDOM_ATP_SECRET", TestIssuer.SecretText));
        Assert.Equal("", result.Errors);
        return [.. result.Output.Select(line =>
            line.Split('\t') is [var scope, var token, var kept, var error, var type, var message, var advice, _]
                ? new Call(scope, token, kept, error, type, message, advice)
                : throw new InvalidDataException(line))];
    }

    private static async Task AssertEachSucceedsOrIsClearAsync(TestIssuer issuer, FaultyProxy proxy, List<Call> calls)
    {
        for (var i = 0; i < calls.Count; i++)
        {
            var call = calls[i];
            if (!call.Succeeded)
            {
                Assert.Contains(call.Error, s_known);
                Assert.Equal(typeof(AtpException).FullName, call.Type);
                Assert.NotEmpty(call.Advice);
                Assert.EndsWith(call.Advice, call.Message);
                Assert.DoesNotContain(call.Message, char.IsControl);
                Assert.DoesNotContain(TestIssuer.SecretText, call.Message);
            }
            else if (!await Wire.IsValidAsync(issuer, call.Token))
            {
                // An entry remembers the tokens that its last ones replaced. Those before them are revoked.
                if (calls.Skip(i + 1).Count(later => later.Succeeded && later.Scope == call.Scope) > StoredToken.MaxEarlier) continue;
                // Only TLS can detect a token whose characters were changed on the way.
                Assert.Contains(proxy.Exchanges, e => e.Fault == Fault.SpoilAnswer && e.Given.Contains(call.Token)
                    && !e.Answers[0].Contains(call.Token));
            }
        }
    }

    private static void AssertNothingIsLost(List<Call> calls)
    {
        var last = new Dictionary<string, string>();
        foreach (var call in calls)
        {
            if (call.Succeeded) last[call.Scope] = call.Token;
            Assert.Equal(last.GetValueOrDefault(call.Scope, "AtpTokenNotFound"), call.Kept);
        }
    }

    private static void AssertNoSignatureTwice(FaultyProxy proxy)
    {
        // The others revoke the tokens of corrupted answers.
        var requests = proxy.Exchanges.Where(e => e.Request.StartsWith("POST /v1/agent-tokens ", StringComparison.Ordinal)).ToArray();
        var signatures = requests.Select(e => Regex.Match(e.Body, "\"signature\":\"([0-9a-f]{64})\"").Groups[1].Value).ToArray();
        Assert.DoesNotContain("", signatures);
        Assert.Distinct(signatures);
        // A request that the network duplicates is not accepted twice either.
        Assert.All(requests.Where(e => e.Fault == Fault.Duplicate),
            e => Assert.InRange(e.Answers.Count(a => a.StartsWith("HTTP/1.1 200", StringComparison.Ordinal)), 0, 1));
    }

    // A run in which a fault never occurred, or no call succeeded despite one, would prove little.
    private void AssertAllWasMet(FaultyProxy[] proxies, List<Call> calls)
    {
        var exchanges = proxies.SelectMany(p => p.Exchanges).ToArray();
        var faults = exchanges.CountBy(e => e.Fault).ToDictionary();
        output.WriteLine($"{calls.Count} calls, {exchanges.Length} requests: {string.Join(", ", faults)}");
        var failures = calls.Where(c => !c.Succeeded).CountBy(c => c.Error);
        output.WriteLine($"{calls.Count(c => c.Succeeded)} tokens; {string.Join(", ", failures)}");
        Assert.Equal(Agents * CallsEach, calls.Count);
        Assert.All(Enum.GetValues<Fault>(), fault => Assert.True(faults.GetValueOrDefault(fault) > 0, $"{fault} never came."));
        Assert.True(calls.Count(c => c.Succeeded) > calls.Count / 2);
        Assert.Contains(calls, c => c.Error == "AtpSignatureRefused");
        // Some duplicates give the agent the second answer, but none of its calls fails for that.
        Assert.Contains(exchanges, e => e.Given.Contains("replayed_request", StringComparison.Ordinal));
    }
}
