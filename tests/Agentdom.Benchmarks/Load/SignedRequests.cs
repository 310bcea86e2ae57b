using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Agentdom.Benchmarks.Load;

/// <summary>
/// Distinct signed token requests as HTTP, created before the measurement in one contiguous buffer, so that sending one needs
/// only one socket call.
/// </summary>
internal sealed class SignedRequests
{
    // Simulates agents whose clocks differ a little.
    private const int ClockSpreadMilliseconds = 30_000;

    private static int s_made;

    private readonly byte[][] _requests;

    private SignedRequests(byte[][] requests) => _requests = requests;

    internal int Count => _requests.Length;

    internal ReadOnlySpan<byte> this[int index] => _requests[index];

    internal static SignedRequests Make(int count, LoadAgents agents, string host)
    {
        var requests = new byte[count][];
        var first = Interlocked.Add(ref s_made, count) - count;
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        Parallel.For(0, count, i => requests[i] = Encoding.UTF8.GetBytes(Http(Body(first + i, now, agents), host)));
        return new SignedRequests(requests);
    }

    internal static string Body(int number, long now, LoadAgents agents)
    {
        var timestamp = now - ClockSpreadMilliseconds + number * 7919L % (2 * ClockSpreadMilliseconds);
        var (agent, key) = agents.Of(number);
        // In canonical form, so that the signed text is the body without its signature.
        var head = string.Create(CultureInfo.InvariantCulture,
            $"{{\"agent_id\":\"{agent}\",\"purpose\":\"Load run {number}\",\"scopes\":[\"data.read\",\"data.write\"],");
        var tail = string.Create(CultureInfo.InvariantCulture, $"\"timestamp\":{timestamp}}}");
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(head + tail)));
        return $"{head}\"signature\":\"{signature}\",{tail}";
    }

    private static string Http(string body, string host) =>
        $"POST /v1/agent-tokens HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}";
}
