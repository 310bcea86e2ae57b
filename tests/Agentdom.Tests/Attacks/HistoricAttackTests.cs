using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Agentdom.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using JsonObject = System.Text.Json.Nodes.JsonObject;

namespace Agentdom.Tests.Attacks;

/// <summary>
/// Published attacks on other products, tried on a real issuer or the real client over sockets. docs/proof.md lists them with
/// their advisories.
/// </summary>
public sealed class HistoricAttackTests : IDisposable
{
    private const string LoneSurrogate = "\\ud800";

    private readonly ManualTime _time = new();
    private readonly Agent _agent = new(new HastyTime());

    public void Dispose() => _agent.Dispose();

    /// <summary>CVE-2022-23540: a token whose header claims that it needs no signature.</summary>
    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("NONE")]
    public async Task AlgorithmNone(string algorithm)
    {
        await using var issuer = await TestIssuer.StartAsync();
        var (header, payload) = await PartsAsync(issuer);
        header["alg"] = algorithm;

        await AssertUselessAsync(issuer, $"{ByHand.Encode(header.ToJsonString())}.{ByHand.Encode(payload)}.");
    }

    /// <summary>GHSA-869p-cjfg-cm3x: the unverified header contains or names the key.</summary>
    [Theory]
    [InlineData("jwk", """{"kty":"oct","alg":"HS256","k":"KEY"}""")]
    [InlineData("jku", "\"URI\"")]
    [InlineData("x5u", "\"URI\"")]
    [InlineData("x5c", "[\"KEY\"]")]
    [InlineData("kid", "\"URI\"")]
    [InlineData("kid", "\"../../../../dev/null\"")]
    [InlineData("kid", "\"' UNION SELECT 'KEY\"")]
    public async Task KeyFromTheUnverifiedHeader(string name, string value)
    {
        var key = RandomNumberGenerator.GetBytes(32);
        var asked = 0;
        await using var keys = await TestHost.StartAsync(app => app.MapGet("/{**path}", () =>
        {
            Interlocked.Increment(ref asked);
            return Results.Text($$"""{"keys":[{"kty":"oct","k":"{{Convert.ToBase64String(key)}}"}]}""", "application/json");
        }));
        await using var issuer = await TestIssuer.StartAsync();
        var (header, payload) = await PartsAsync(issuer);
        header[name] = JsonNode.Parse(value.Replace("KEY", Convert.ToBase64String(key)).Replace("URI", keys.Uri("/keys").ToString()));

        await AssertUselessAsync(issuer, ByHand.Token(header.ToJsonString(), payload, key));
        // /dev/null as a key.
        await AssertUselessAsync(issuer, ByHand.Token(header.ToJsonString(), payload, []));
        Assert.Equal(0, asked);
    }

    /// <summary>CVE-2025-59420: a critical header that is not supported.</summary>
    [Theory]
    [InlineData("[\"exp2\"]")]
    [InlineData("[\"b64\"]")]
    [InlineData("[]")]
    [InlineData("null")]
    public async Task UnknownCriticalHeader(string critical)
    {
        await using var issuer = await TestIssuer.StartAsync();
        var (header, payload) = await PartsAsync(issuer);
        Assert.True(await Wire.IsValidAsync(issuer, ByHand.Token(header.ToJsonString(), payload, ByHand.TokenKey())));
        (header["crit"], header["exp2"], header["b64"]) = (JsonNode.Parse(critical), 1, true);

        await AssertUselessAsync(issuer, ByHand.Token(header.ToJsonString(), payload, ByHand.TokenKey()));
    }

    /// <summary>CVE-2024-21319: a token that is huge, or becomes huge when it is decompressed.</summary>
    [Fact]
    public async Task OversizedToken()
    {
        await using var issuer = await TestIssuer.StartAsync();
        var (header, payload) = await PartsAsync(issuer);
        var claims = JsonNode.Parse(payload)!.AsObject();
        claims["purpose"] = new string('x', AccessTokenFormat.MaxLength);
        var large = ByHand.Token(header.ToJsonString(), claims.ToJsonString(), ByHand.TokenKey());
        Assert.InRange(large.Length, AccessTokenFormat.MaxLength, int.MaxValue);

        Assert.Null(await issuer.Service<TokenIssuer>().ReadTokenAsync(large));
        Assert.Equal(413, (int)(await Wire.VerifyAsync(issuer, large)).StatusCode);
        Assert.InRange((int)(await issuer.GetDataAsync(large)).StatusCode, 400, 499);
        Assert.Throws<AtpException>(() => TokenInspector.Look(large));

        // An encrypted token can be compressed. This one would decompress to 20 MB.
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.SmallestSize, leaveOpen: true)) deflate.Write(new byte[20_000_000]);
        var bomb = string.Join('.', ByHand.Encode("""{"alg":"dir","enc":"A128CBC-HS256","zip":"DEF","typ":"at+jwt"}"""), "",
            ByHand.Encode(new string('a', 16)), System.Buffers.Text.Base64Url.EncodeToString(packed.ToArray()),
            ByHand.Encode(new string('b', 16)));
        await AssertUselessAsync(issuer, bomb);
    }

    /// <summary>CVE-2017-12635: of duplicate members, one parser uses the first and another the last.</summary>
    [Theory]
    [InlineData("scopes")]
    [InlineData("sc\\u006fpes")]
    public async Task MemberNamedTwice(string second)
    {
        await using var issuer = await TestIssuer.StartAsync();
        var signed = TestIssuer.Signed(TestIssuer.Body());

        await Wire.AssertRefusedAsync(
            await issuer.RequestTokenAsync(signed.Insert(1, $"\"{second}\":[\"data.write\"],")), 400, "invalid_request");
        await Wire.AssertRefusedAsync(
            await issuer.RequestTokenAsync(signed.Insert(signed.Length - 1, $",\"{second}\":[\"data.write\"]")), 400, "invalid_request");
        Assert.Equal(200, (int)(await issuer.RequestTokenAsync(signed)).StatusCode);
    }

    /// <summary>CVE-2017-12635 in a token's header.</summary>
    [Theory]
    [InlineData("""{"alg":"none","alg":"HS256","typ":"at+jwt"}""")]
    [InlineData("""{"alg":"HS256","typ":"at+jwt","\u0061lg":"HS256"}""")]
    public async Task HeaderMemberNamedTwice(string header)
    {
        await using var issuer = await TestIssuer.StartAsync();
        var (_, payload) = await PartsAsync(issuer);

        await AssertUselessAsync(issuer, ByHand.Token(header, payload, ByHand.TokenKey()));
    }

    /// <summary>307 and 308 make clients send the body of a POST again, to any address.</summary>
    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task RedirectedPost(int status)
    {
        await using var target = await ScriptedIssuer.StartAsync(Answers.Grant);
        await using var host = await ScriptedIssuer.StartAsync(
            Answers.Json(status, "", ("Location", target.Endpoint.ToString())));

        await Agent.FailsAsync(AtpError.RedirectRefused, () => _agent.AskAsync(host.Endpoint));
        await Agent.FailsAsync(AtpError.RedirectRefused, () => _agent.VerifyAsync(host.Endpoint));
        await Agent.FailsAsync(AtpError.RedirectRefused, () => _agent.RevokeAsync(host.Endpoint));
        Assert.Equal(3, host.Posts.Count);
        Assert.Empty(target.Posts);
    }

    /// <summary>A manifest whose endpoint is on somebody else's host.</summary>
    [Fact]
    public async Task ManifestThatPointsElsewhere()
    {
        await using var foreign = await ScriptedIssuer.StartAsync(Answers.Grant);
        var endpoint = $"http://localhost:{foreign.Endpoint.Port}/t";
        await using var host = await ScriptedIssuer.StartAsync(
            Answers.Json(200, $$$"""{"auth":{"method":"agent_token","agent_token_endpoint":"{{{endpoint}}}"}}"""), []);

        await Agent.FailsAsync(AtpError.EndpointForeign, () => _agent.AcquireAsync(host.Name));
        Assert.Empty(foreign.Posts);
    }

    /// <summary>A key that can be guessed, which RFC 7518 §3.2 forbids; IdentityModel's own check is its IDX10720.</summary>
    [Fact]
    public async Task WeakKeys()
    {
        await Assert.ThrowsAsync<OptionsValidationException>(() => TestIssuer.StartAsync(o => o.Secrets.Add(new string('q', 31))));
        await Assert.ThrowsAsync<OptionsValidationException>(() => TestIssuer.StartAsync(
            o => o.SigningKeys.Add(Convert.ToBase64String(new byte[31]))));
        await using var issuer = await TestIssuer.StartAsync(o => o.Secrets.Add(new string('q', 32)));
        Assert.NotEmpty(issuer.Name);
    }

    /// <summary>Replay protection that drops a signature while its timestamp is still valid, here for 600 seconds.</summary>
    [Fact]
    public async Task ReplayAtTheEndOfTheWindow()
    {
        await using var issuer = await TestIssuer.StartAsync(services: s => s
            .AddSingleton<TimeProvider>(_time)
            .AddSingleton<IIssuerState>(new InMemoryIssuerState(100, _time)));
        var early = Stamped(300_000);
        Assert.Equal(200, (int)(await issuer.RequestTokenAsync(early)).StatusCode);

        foreach (var pause in new[] { 1, 298, 1, 299, 1 })
        {
            _time.Advance(pause);
            // Another request gives the state an occasion to prune.
            Assert.Equal(200, (int)(await issuer.RequestTokenAsync(Stamped(-1))).StatusCode);
            await Wire.AssertRefusedAsync(await issuer.RequestTokenAsync(early), 401, "replayed_request");
        }
        _time.Advance(0.001);
        await Wire.AssertRefusedAsync(await issuer.RequestTokenAsync(early), 401, "stale_timestamp");
    }

    /// <summary>Deep nesting that crashes a recursive parser with a stack overflow, which cannot be caught.</summary>
    [Theory]
    [InlineData("[", "]")]
    [InlineData("{\"a\":", "}")]
    public async Task DeepNesting(string open, string close)
    {
        await using var issuer = await TestIssuer.StartAsync();
        var (header, payload) = await PartsAsync(issuer);
        foreach (var levels in new[] { 33, 1_000, 2_000 })
        {
            var deep = string.Concat(Enumerable.Repeat(open, levels)) + "1" + string.Concat(Enumerable.Repeat(close, levels));
            await Wire.AssertRefusedAsync(await issuer.RequestTokenAsync($"{{\"signature\":\"\",\"x\":{deep}}}"), 400, "invalid_request");
            await Wire.AssertRefusedAsync(await issuer.RequestTokenAsync(deep), 400, "invalid_request");
            await Wire.AssertRefusedAsync(
                await issuer.PostAsync("/v1/agent-tokens/verify", $"{{\"token\":{deep}}}"), 400, "invalid_request");

            var inHeader = ByHand.Token($"{{\"x\":{deep},{header.ToJsonString()[1..]}", payload, ByHand.TokenKey());
            var inPayload = ByHand.Token(header.ToJsonString(), $"{{\"x\":{deep},{payload[1..]}", ByHand.TokenKey());
            await Wire.AssertNotValidAsync(issuer, inHeader);
            // Only the issuer's key can sign such a payload, so it is enough that the issuer answers.
            Assert.Equal(200, (int)(await Wire.VerifyAsync(issuer, inPayload)).StatusCode);
            Assert.Throws<AtpException>(() => TokenInspector.Look(inPayload));

            await using var host = await ScriptedIssuer.StartAsync(Answers.Json(200, $"{{\"auth\":{deep}}}"), [Answers.Json(200, deep)]);
            await Agent.FailsAsync(AtpError.ManifestInvalid, () => _agent.DiscoverAsync(host.Name));
            await Agent.FailsAsync(AtpError.AnswerInvalid, () => _agent.AskAsync(host.Endpoint));
        }
        Assert.NotNull(await issuer.TokenAsync());
    }

    /// <summary>A lone surrogate, which careless encoders replace with U+FFFD, so that two bodies have the same signature.</summary>
    [Fact]
    public async Task LoneSurrogates()
    {
        await using var issuer = await TestIssuer.StartAsync();
        var body = TestIssuer.Body();
        body["purpose"] = "x\ufffdx";
        var signed = TestIssuer.Signed(body);
        var raw = Encoding.UTF8.GetBytes(signed);
        var at = raw.AsSpan().IndexOf("\ufffd"u8);
        Assert.True(at > 0);
        byte[] withRaw = [.. raw[..at], 0xed, 0xa0, 0x80, .. raw[(at + 3)..]];

        await Wire.AssertRefusedAsync(await issuer.RequestTokenAsync(signed.Replace("\ufffd", LoneSurrogate)), 400, "invalid_request");
        await Wire.AssertRefusedAsync(await issuer.PostAsync("/v1/agent-tokens", withRaw), 400, "invalid_request");
        Assert.Equal(200, (int)(await issuer.RequestTokenAsync(signed)).StatusCode);

        await using var host = await ScriptedIssuer.StartAsync(Answers.Grant);
        foreach (var half in new[] { "x\ud800x", "x\udc00", "\ud800" })
        {
            await Agent.FailsAsync(AtpError.PurposeInvalid, () => _agent.AcquireAsync(host.Name, Agent.RequestOf(purpose: half)));
            await Agent.FailsAsync(AtpError.AgentIdInvalid, () => _agent.AcquireAsync(host.Name, Agent.RequestOf(agentId: half)));
        }
        Assert.Empty(host.Posts);
    }

    private static async Task AssertUselessAsync(TestIssuer issuer, string token)
    {
        await Wire.AssertNotValidAsync(issuer, token);
        Assert.Equal(HttpStatusCode.Unauthorized, (await issuer.GetDataAsync(token)).StatusCode);
        using var secret = SharedSecret.FromText(TestIssuer.SecretText);
        Assert.Throws<AtpException>(() => TokenInspector.Verify(token, secret));
    }

    private static async Task<(JsonObject Header, string Payload)> PartsAsync(TestIssuer issuer)
    {
        var token = await issuer.TokenAsync();
        return (JsonNode.Parse(ByHand.Header(token).GetRawText())!.AsObject(), ByHand.PayloadOf(token));
    }

    private string Stamped(long offset)
    {
        var body = TestIssuer.Body();
        body["timestamp"] = _time.Milliseconds + offset;
        return TestIssuer.Signed(body);
    }
}
