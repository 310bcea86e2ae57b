using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Agentdom.Benchmarks;

/// <summary>
/// Whether the time of a refusal tells a stranger if an agent is registered: requests that are refused for different reasons,
/// alternating, in the issuer's own code. The agents are those of the options, so the time of looking one up is not included.
/// </summary>
internal static class RefusalTimes
{
    private const int Count = 10_000;
    private const double Noise = 0.05;
    private const string Shared = "a shared secret of more than 32 bytes";
    private const string OfKnown = "the secret of the agent that is let in";
    private const string OfDisabled = "the secret of the agent that is shut out";

    // Of the same length: the time may depend on what the sender knows anyway.
    private const string UnknownId = "agent-1";
    private const string DisabledId = "agent-2";
    private const string KnownId = "agent-3";

    private static readonly (string Name, string AgentId, string Secret)[] s_kinds =
    [
        ("unknown agent", UnknownId, OfKnown),
        ("unknown agent, shared secret", UnknownId, Shared),
        ("disabled agent, its own secret", DisabledId, OfDisabled),
        ("known agent, wrong secret", KnownId, Shared),
    ];

    internal static async Task RunAsync()
    {
        var options = new TokenIssuerOptions { Secrets = { Shared }, Scopes = { "data.read" } };
        options.Agents.Add(new RegisteredAgent { AgentId = KnownId, Secrets = [OfKnown], Scopes = ["data.read"] });
        options.Agents.Add(new RegisteredAgent { AgentId = DisabledId, Secrets = [OfDisabled], Scopes = ["data.read"], Disabled = true });
        var issuer = new TokenIssuer(options, new InMemoryIssuerState());
        var times = s_kinds.Select(static _ => new List<double>(Count)).ToArray();
        for (var i = -Count; i < Count; i++)
        {
            // In another order each time, so that no kind always follows the same one.
            for (var turn = 0; turn < s_kinds.Length; turn++)
            {
                var kind = (turn * 3 + i + 2 * Count) % s_kinds.Length;
                var body = Body(s_kinds[kind].AgentId, s_kinds[kind].Secret, i);
                var began = Stopwatch.GetTimestamp();
                var reply = await issuer.MintAsync(body);
                var took = Stopwatch.GetElapsedTime(began);
                if (reply.Outcome != "invalid_signature") throw new BenchmarkFailedException($"{s_kinds[kind].Name}: {reply.Outcome}");
                if (i >= 0) times[kind].Add(took.TotalMicroseconds);
            }
        }

        Console.WriteLine("| refused | p25 (µs) | median (µs) | p75 (µs) |");
        Console.WriteLine("|---|---:|---:|---:|");
        foreach (var list in times) list.Sort();
        foreach (var (kind, list) in s_kinds.Zip(times))
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {kind.Name} | {list[Count / 4]:0.00} | {list[Count / 2]:0.00} | {list[Count * 3 / 4]:0.00} |"));
        }
        var medians = times.Select(static list => list[Count / 2]).ToList();
        var spread = medians.Max() / medians.Min() - 1;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"The medians are within {spread * 100:0.0} %."));
        if (spread > Noise) throw new BenchmarkFailedException($"The medians differ by more than {Noise * 100} %.");
    }

    private static byte[] Body(string agentId, string secret, int number)
    {
        var body = new Dictionary<string, object?>
        {
            ["agent_id"] = agentId,
            ["purpose"] = $"Refusal {number + Count:000000}",
            ["scopes"] = new[] { "data.read" },
            ["timestamp"] = 1_800_000_000_000,
        };
        using var key = SharedSecret.FromText(secret);
        body["signature"] = AtpSigner.Sign(AtpSigner.CanonicalBody(body), key);
        return Encoding.UTF8.GetBytes(CanonicalJson.FromValue(body));
    }
}
