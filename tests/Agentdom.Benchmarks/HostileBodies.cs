using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Agentdom.Benchmarks;

/// <summary>
/// What a sender without a secret can cost the issuer: token requests of the largest size with a signature that does not match,
/// whose contents are as expensive as possible, beside a plain one of the same size.
/// </summary>
internal static class HostileBodies
{
    private const double MostTimesPlain = 5;
    private const int Rounds = 5;
    private static readonly TimeSpan s_round = TimeSpan.FromMilliseconds(250);

    // Half of the smallest number there is: 751 digits that have to be compared exactly.
    private static readonly string s_halfway = Halfway();

    private static readonly (string Name, byte[] Body)[] s_bodies =
    [
        ("plain text", Filled("\"", "x", "\"")),
        ("no text", Encoding.UTF8.GetBytes("{" + Fields("") + "}")),
        ("no signature", Filled("\"", "x", "\"", signature: null)),
        ("signature of 16 KiB", Encoding.UTF8.GetBytes($$"""{{{Fields(null)}},"signature":"{{new string('0', 15_000)}}"}""")),
        ("numbers like 2.9802322387695312e-8", Filled("[0", ",2.9802322387695312e-8", "]")),
        ("numbers like 5e-324", Filled("[0", ",5e-324", "]")),
        ("numbers like 1.5", Filled("[0", ",1.5", "]")),
        ("numbers of 751 digits", Filled("[0", "," + s_halfway, "]")),
        ("numbers of 135 digits", Filled("[0", ",2.98023223876953125" + new string('1', 117) + "e-8", "]")),
        ("one number", Filled("0.", "1", "")),
        ("whole numbers", Filled("[0", ",0", "]")),
        ("empty texts", Filled("[0", ",\"\"", "]")),
        ("empty lists", Filled("[0", ",[]", "]")),
        ("empty objects", Filled("[0", ",{}", "]")),
        ("lists nested 30 deep", Filled("[0", "," + new string('[', 30) + new string(']', 30), "]")),
        ("members", Filled("{\"\":0", ",\"{0}\":0", "}")),
        ("escapes like \\u0000", Filled("\"", "\\u0000", "\"")),
        ("escapes like \\n", Filled("\"", "\\n", "\"")),
        ("escaped pairs", Filled("\"", "\\ud83d\\ude00", "\"")),
        ("escaped names", Filled("{\"\":0", ",\"\\u0001{0}\":0", "}")),
        ("text of three bytes a character", Filled("\"", "€", "\"")),
        ("118 numbers like 2.9802322387695312e-8, then text", Filled(
            "[\"", "x", "\"" + string.Concat(Enumerable.Repeat(",2.9802322387695312e-8", 118)) + "]")),
        ("20 numbers of 751 digits, then text", Filled("[\"", "x", "\"" + string.Concat(Enumerable.Repeat("," + s_halfway, 20)) + "]")),
        ("118 numbers like 5e-324, then escapes", Filled(
            "[\"", "\\u0000", "\"" + string.Concat(Enumerable.Repeat(",5e-324", 118)) + "]")),
        ("64 scopes", Encoding.UTF8.GetBytes($$"""{"scopes":[{{string.Join(',', Enumerable.Range(0, 64).Select(
            static i => $"\"{i:00}{new string('s', 120)}\""))}}],"signature":"{{new string('0', 64)}}"}""")),
    ];

    internal static void Run()
    {
        var issuer = new TokenIssuer(
            new TokenIssuerOptions { Secrets = { "a shared secret of more than 32 bytes" }, Scopes = { "data.read" } },
            new InMemoryIssuerState());
        var costs = s_bodies.ToDictionary(static b => b.Name, static _ => (Whole: new List<double>(), Reading: new List<double>()));
        // The sides alternate, so that what slows down the machine slows down all of them.
        for (var round = 0; round <= Rounds; round++)
        {
            foreach (var (name, body) in s_bodies)
            {
                var (whole, reading) = (Cost(() => Answer(issuer, body)), Cost(() => Read(body)));
                if (round == 0) continue;
                costs[name].Whole.Add(whole);
                costs[name].Reading.Add(reading);
            }
        }

        var plain = Median(costs[s_bodies[0].Name].Whole);
        Console.WriteLine("| body | bytes | CPU per request (µs) | times a plain one | reading JSON alone (µs) | answer |");
        Console.WriteLine("|---|---:|---:|---:|---:|---:|");
        foreach (var (name, body) in s_bodies)
        {
            var (whole, reading) = (Median(costs[name].Whole), Median(costs[name].Reading));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {name} | {body.Length:N0} | {whole:0.0} | {whole / plain:0.00} | {reading:0.0} | {Answer(issuer, body).Status} |"));
        }
        var worst = costs.MaxBy(static c => Median(c.Value.Whole));
        var times = Median(worst.Value.Whole) / plain;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Worst: {worst.Key}, {times:0.00} times a plain body."));
        if (times > MostTimesPlain)
            throw new BenchmarkFailedException($"A body costs more than {MostTimesPlain} times a plain one of that size.");
    }

    private static double Cost(Action work)
    {
        var process = Process.GetCurrentProcess();
        var clock = Stopwatch.StartNew();
        var before = process.TotalProcessorTime;
        var count = 0;
        for (; clock.Elapsed < s_round; count++) work();
        process.Refresh();
        return (process.TotalProcessorTime - before).TotalMicroseconds / count;
    }

    // The runtime's JSON reader and number parser.
    private static void Read(byte[] body)
    {
        try
        {
            StrictJson.ParseObject(body, SignedBody.MaxValues);
        }
        catch (JsonFormatException)
        {
            // It has too many values.
        }
    }

    private static IssuerReply Answer(TokenIssuer issuer, byte[] body)
    {
        // It completes at once, because the state is not used.
        var reply = issuer.MintAsync(body).AsTask().GetAwaiter().GetResult();
        return reply.Status == 200 ? throw new BenchmarkFailedException("A wrong signature was accepted.") : reply;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    /// <summary>A body of the largest size with one more member, which repeats a part. In the part, {0} is a number.</summary>
    private static byte[] Filled(string before, string part, string after, string? signature = "0")
    {
        var text = new StringBuilder("{" + Fields(signature) + ",\"unknown\":" + before);
        var left = TokenIssuer.MaxRequestBytes - Encoding.UTF8.GetByteCount(text.ToString()) - Encoding.UTF8.GetByteCount(after) - 1;
        for (var i = 0; ; i++)
        {
            var next = part.Replace("{0}", i.ToString("x3", CultureInfo.InvariantCulture));
            left -= Encoding.UTF8.GetByteCount(next);
            if (left < 0) break;
            text.Append(next);
        }
        return Encoding.UTF8.GetBytes(text + after + "}");
    }

    private static string Fields(string? signature)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var fields = $"\"agent_id\":\"{new string('a', 64)}\",\"purpose\":\"Sync\",\"scopes\":[\"data.read\"],\"timestamp\":{now}";
        return signature is null ? fields : $"{fields},\"signature\":\"{new string('0', 64)}\"";
    }

    private static string Halfway()
    {
        // 2^-1075 = 5^1075 / 10^1075
        var digits = System.Numerics.BigInteger.Pow(5, 1075).ToString(CultureInfo.InvariantCulture);
        return $"{digits[0]}.{digits[1..]}e-324";
    }
}
