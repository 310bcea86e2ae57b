using System.Net;
using System.Text;
using System.Text.Json;

namespace Agentdom.Benchmarks.Load;

/// <summary>Checks that an issuer grants and refuses correctly, so that one without checks cannot win.</summary>
internal static class SanityCheck
{
    private static int s_number = int.MaxValue / 2;

    internal static async Task RunAsync(string name, IPEndPoint address, LoadAgents agents)
    {
        using var http = new HttpClient { BaseAddress = new Uri($"http://{address}/v1/agent-tokens") };
        string Body() => SignedRequests.Body(s_number++, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), agents);

        var valid = Body();
        var token = (await AskAsync(valid, 200, null)).GetProperty("token").GetString();
        await AskAsync(valid, 401, "replayed_request");
        await AskAsync(Body().Replace("Load run", "Lead run", StringComparison.Ordinal), 401, "invalid_signature");
        var verdict = await AskAsync(JsonSerializer.Serialize(new { token }), 200, null, "/verify");
        if (!verdict.GetProperty("valid").GetBoolean()) throw new BenchmarkFailedException($"{name} does not accept its own token.");

        async Task<JsonElement> AskAsync(string body, int status, string? error, string below = "")
        {
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            using var response = await http.PostAsync(http.BaseAddress + below, content);
            var answer = await response.Content.ReadAsStringAsync();
            var json = JsonDocument.Parse(answer).RootElement;
            var said = json.TryGetProperty("error", out var code) ? code.GetString() : null;
            if ((int)response.StatusCode == status && said == error) return json;
            throw new BenchmarkFailedException($"{name} should have answered {status} {error}, not {(int)response.StatusCode} {said}.");
        }
    }
}
