using System.Text.Json;
using Agentdom.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.Tests.Issuer;

public sealed class ReplayTests
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };

    private readonly ManualTime _time = new();

    [Fact]
    public async Task ASignedBodyIsAcceptedOnce()
    {
        await using var issuer = await TestIssuer.StartAsync();
        var body = TestIssuer.Signed(TestIssuer.Body());
        Assert.Equal(200, (int)(await issuer.RequestTokenAsync(body)).StatusCode);

        await Wire.AssertRefusedAsync(await issuer.RequestTokenAsync(body), 401, "replayed_request");
    }

    [Fact]
    public async Task ABodyWrittenDifferentlyIsStillTheSame()
    {
        await using var issuer = await TestIssuer.StartAsync();
        var text = TestIssuer.Signed(TestIssuer.Body());
        Assert.Equal(200, (int)(await issuer.RequestTokenAsync(text)).StatusCode);

        var body = JsonDocument.Parse(text).RootElement;
        var signature = body.GetProperty("signature").GetString()!;
        var backwards = body.EnumerateObject().Reverse().Select(p => $"\"{p.Name}\":{p.Value.GetRawText()}");
        string[] variants =
        [
            text.Replace(signature, signature.ToUpperInvariant()),
            System.Text.Json.Nodes.JsonNode.Parse(text)!.ToJsonString(s_indented),
            $"{{{string.Join(',', backwards)}}}",
            text.Replace("test-agent", "test\\u002dagent"),
        ];
        foreach (var variant in variants)
            await Wire.AssertRefusedAsync(await issuer.RequestTokenAsync(variant), 401, "replayed_request");
    }

    [Fact]
    public async Task OfManyPostsOfOneBodyAtOnceExactlyOneGetsAToken()
    {
        await using var issuer = await TestIssuer.StartAsync();
        var body = TestIssuer.Signed(TestIssuer.Body());
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => issuer.RequestTokenAsync(body)));

        Assert.Single(answers, a => (int)a.StatusCode == 200);
        foreach (var answer in answers.Where(a => (int)a.StatusCode != 200))
            await Wire.AssertRefusedAsync(answer, 401, "replayed_request");
    }

    [Fact]
    public async Task ARefusedRequestDoesNotUseUpItsSignature()
    {
        // Two apps share one state. The second offers a scope that the first does not.
        var state = new InMemoryIssuerState();
        await using var without = await TestIssuer.StartAsync(services: s => s.AddSingleton<IIssuerState>(state));
        await using var with = await TestIssuer.StartAsync(
            o => o.Scopes.Add("data.erase"), s => s.AddSingleton<IIssuerState>(state));
        var body = TestIssuer.Body();
        body["scopes"] = new[] { "data.erase" };
        var text = TestIssuer.Signed(body);

        await Wire.AssertRefusedAsync(await without.RequestTokenAsync(text), 403, "invalid_scope");
        Assert.Equal(200, (int)(await with.RequestTokenAsync(text)).StatusCode);
        await Wire.AssertRefusedAsync(await with.RequestTokenAsync(text), 401, "replayed_request");
    }

    [Fact]
    public async Task AFullStateRefusesNewRequestsAndDropsNothing()
    {
        await using var issuer = await StartAsync(capacity: 2);
        var (first, second) = (Stamped(0), Stamped(1));
        Assert.Equal(200, (int)(await issuer.RequestTokenAsync(first)).StatusCode);
        Assert.Equal(200, (int)(await issuer.RequestTokenAsync(second)).StatusCode);

        await Wire.AssertRefusedAsync(await issuer.RequestTokenAsync(Stamped(2)), 503, "temporarily_unavailable");
        await Wire.AssertRefusedAsync(await issuer.RequestTokenAsync(first), 401, "replayed_request");
        await Wire.AssertRefusedAsync(await issuer.RequestTokenAsync(second), 401, "replayed_request");
    }

    [Fact]
    public async Task ExpiredEntriesMakeRoomForRequestsThatWereRefusedBefore()
    {
        await using var issuer = await StartAsync(capacity: 2);
        Assert.Equal(200, (int)(await issuer.RequestTokenAsync(Stamped(-300_000))).StatusCode);
        var lasting = Stamped(0);
        Assert.Equal(200, (int)(await issuer.RequestTokenAsync(lasting)).StatusCode);
        var waiting = Stamped(1);
        await Wire.AssertRefusedAsync(await issuer.RequestTokenAsync(waiting), 503, "temporarily_unavailable");

        // One reading of the clock is not enough to prune.
        _time.Advance(45);
        await Wire.AssertRefusedAsync(await issuer.RequestTokenAsync(waiting), 503, "temporarily_unavailable");
        _time.Advance(15);
        Assert.Equal(200, (int)(await issuer.RequestTokenAsync(waiting)).StatusCode);
        await Wire.AssertRefusedAsync(await issuer.RequestTokenAsync(lasting), 401, "replayed_request");
        await Wire.AssertRefusedAsync(await issuer.RequestTokenAsync(Stamped(2)), 503, "temporarily_unavailable");
    }

    private Task<TestIssuer> StartAsync(int capacity = 100) => TestIssuer.StartAsync(services: s => s
        .AddSingleton<TimeProvider>(_time)
        .AddSingleton<IIssuerState>(new InMemoryIssuerState(capacity, _time)));

    private string Stamped(long offset)
    {
        var body = TestIssuer.Body();
        body["timestamp"] = _time.Milliseconds + offset;
        return TestIssuer.Signed(body);
    }
}
