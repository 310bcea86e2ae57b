using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Issuer;

/// <summary>100,000 malformed requests over real sockets. Runs alone, because it measures the memory of this process.</summary>
[Collection(nameof(AloneCollection))]
public sealed class MangledRequestTests
{
    private const int Requests = 100_000;
    private const int Connections = 8;
    private const int GrowthAllowed = 8 * 1024 * 1024;

    private static readonly string[] s_paths = ["", "/verify", "/revoke"];
    private static readonly string?[] s_contentTypes = ["application/json; charset=utf-16", "text/json", "application/json;;;", "\"", null];

    [Fact]
    public async Task NoneCrashesTheIssuerOrLeaksMemory()
    {
        await using var issuer = await TestIssuer.StartAsync(o =>
            (o.Limits.RequestsPerMinutePerAgent, o.Limits.RequestsPerMinutePerAddress) = (null, null));
        var token = await issuer.TokenAsync();
        var answers = new ConcurrentDictionary<int, int>();
        await SendAsync(issuer, token, Requests / 10, seed: 0, answers);
        var before = LiveBytes();
        await SendAsync(issuer, token, Requests, seed: 1, answers);
        var after = LiveBytes();

        Assert.All(answers.Keys,
            status => Assert.True(status is 200 or 400 or 401 or 403 or 413 or 415, $"{status}: {answers[status]} times"));
        // Otherwise the requests did not reach the intended checks.
        Assert.True(answers[400] > Requests / 2, $"400: {answers[400]} times");
        Assert.True(answers[401] > Requests / 20, $"401: {answers[401]} times");
        Assert.True(after - before < GrowthAllowed, $"{(after - before) / 1024} KiB stayed");
        Assert.Equal(200, (int)(await issuer.GetDataAsync(token)).StatusCode);
        Assert.NotNull(await issuer.TokenAsync());
    }

    private static Task SendAsync(TestIssuer issuer, string token, int count, int seed, ConcurrentDictionary<int, int> answers) =>
        Task.WhenAll(Enumerable.Range(0, Connections).Select(worker => Task.Run(async () =>
        {
            var mangler = new Mangler((seed * Connections) + worker);
            for (var i = worker; i < count; i += Connections)
            {
                var path = s_paths[i % 5 == 0 ? 1 : i % 7 == 0 ? 2 : 0];
                // Not the real token, because the end of the test needs it and a revocation would be correct.
                var valid = path.Length == 0
                    ? TestIssuer.Signed(TestIssuer.Body())
                    : $$"""{"token":"{{(path == "/verify" ? token : "x.y.z")}}"}""";
                var contentType = i % 50 == 0 ? s_contentTypes[i / 50 % s_contentTypes.Length] : "application/json";
                using var answer = await Wire.PostAsync(
                    issuer.Uri("/v1/agent-tokens" + path), mangler.Next(valid), contentType, chunked: i % 11 == 0);
                answers.AddOrUpdate((int)answer.StatusCode, 1, static (_, n) => n + 1);
                if (answer.StatusCode is HttpStatusCode.OK) continue;
                var text = await answer.Content.ReadAsStringAsync();
                if (!text.StartsWith("{\"error\":\"", StringComparison.Ordinal) || Encoding.UTF8.GetByteCount(text) > 1024)
                    Assert.Fail(text);
            }
        })));

    private static long LiveBytes()
    {
        // The second collection frees what the finalizers released.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
