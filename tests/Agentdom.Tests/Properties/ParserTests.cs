using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Agentdom.Tests.Module;
using Agentdom.Tests.Support;
using CsCheck;

namespace Agentdom.Tests.Properties;

/// <summary>The readers accept any input or refuse it with their own exception.</summary>
public sealed class ParserTests
{
    private const int Inputs = 4_000;
    private const string Base64Url = "ABCyz019-_.+/= \n{}\"";

    private static readonly AtpHost s_host = AtpHost.Parse("api.example.com");

    private static readonly string s_request = TestIssuer.Signed(TestIssuer.Body());

    private static readonly TokenIssuer s_issuer = new(
        new TokenIssuerOptions { Secrets = { TestIssuer.SecretText }, Scopes = { "data.read" } }, new InMemoryIssuerState());

    [Fact]
    public void AnyJson() => Properties.Inputs.Near(s_request).Sample(bytes =>
    {
        Only<JsonFormatException>(() => StrictJson.Parse(bytes));
        Only<JsonFormatException>(() => StrictJson.ParseObject(bytes));
        Only<JsonFormatException>(() => StrictJson.ParseAnswer(bytes));
        Only<JsonFormatException>(() => VaultEntry.FromJson(bytes));
    }, iter: Inputs);

    [Fact]
    public void AnyText() => Properties.Inputs.AnyText.Sample(text =>
    {
        Only<JsonFormatException>(() => StrictJson.Parse(text));
        Only<JsonFormatException>(() => CanonicalJson.FromText(text));
        Only<JsonFormatException>(() => CanonicalJson.FromValue(text));
        Only<JsonFormatException>(() => StoredToken.FromJson(text));
        Only<JsonFormatException>(() => { if (text.Length > 0) SharedSecret.FromText(text).Dispose(); });
    }, iter: Inputs);

    [Fact]
    public void ARequest() => Properties.Inputs.Near(s_request).Sample(
        bytes => Only<JsonFormatException>(() => SignedBody.Parse(bytes).ReadRequest()), iter: Inputs);

    [Fact]
    public Task WhatReachesAnIssuer() => Properties.Inputs.Near(s_request).SampleAsync(async bytes =>
    {
        Assert.InRange((await s_issuer.MintAsync(bytes)).Status, 200, 499);
        Assert.InRange((await s_issuer.VerifyAsync(bytes)).Status, 200, 499);
        Assert.InRange((await s_issuer.RevokeAsync(bytes)).Status, 200, 499);
    }, iter: Inputs);

    [Fact]
    public void AManifest() => Properties.Inputs.Near(
        """
        {"agentdom":"0.1","auth":{"method":"agent_token","agent_token_endpoint":"https://api.example.com/t","scopes":["data.read"],
        "agent_token_verify_endpoint":"https://api.example.com/v","agent_token_revoke_endpoint":"https://api.example.com/r",
        "agent_token_audience":"https://api.example.com"}}
        """).Sample(bytes => Only<AtpException>(() => ManifestReader.Read(s_host, bytes)), iter: Inputs);

    [Fact]
    public void AnEndpointInAManifest() => Gen.OneOf(
        Properties.Inputs.AnyText, Properties.Inputs.NearText("https://user@[::1%25eth0]:8443/v1/t?q#f", "[]:/@%.?#\\é\u00adx0")).Sample(
        text =>
        {
            // In a manifest, as given by the caller, and as an address.
            var json = Encoding.UTF8.GetBytes(
                $$$"""{"auth":{"method":"agent_token","agent_token_endpoint":{{{JsonSerializer.Serialize(text)}}}}}""");
            Only<AtpException>(() => s_host.RequireEndpoint(ManifestReader.Read(s_host, json).TokenEndpoint, ["example.net"]));
            if (Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out var uri)) Only<AtpException>(() => s_host.RequireAddress(uri, []));
        }, iter: Inputs);

    [Fact]
    public void AHost() => Gen.OneOf(
        Properties.Inputs.AnyText, Properties.Inputs.NearText("https://Api.Example.com:8443/", "[]:/@%.?#\\éß\u00ad。x0 -"),
        Properties.Inputs.NearText("https://[::1]:8443", "[]:/%.fF0159")).Sample(text =>
    {
        Only<AtpException>(() =>
        {
            var host = AtpHost.Parse(text);
            // The normalized name parses to the same host.
            Assert.Equal(host, AtpHost.Parse(host.Name));
            Assert.Equal(host.Origin, AtpHost.Parse(host.Name).Origin);
        });
    }, iter: Inputs);

    [Fact]
    public void AGrant() => Properties.Inputs.Near(
        """{"token":"eyJ0","token_type":"Bearer","expires_in":3600,"scopes_granted":["data.read"],"agent_id":"a"}""").Sample(
        bytes => Only<AtpException>(() => GrantReader.Read(Answer(200, bytes), ["data.read"], DateTimeOffset.UtcNow)), iter: Inputs);

    [Fact]
    public void AVerdict() => Properties.Inputs.Near(
        """{"valid":true,"scopes":["data.read"],"expires_at":"2026-11-23T20:00:00Z","agent_id":"a","revoked":true}""").Sample(bytes =>
    {
        Only<AtpException>(() => VerdictReader.Read(Answer(200, bytes)));
        Only<AtpException>(() => VerdictReader.RequireRevoked(Answer(200, bytes)));
    }, iter: Inputs);

    [Fact]
    public void ARefusal() => Properties.Inputs.Near(
        """{"ok":false,"error":"stale_timestamp","error_description":"x","hint":"y","server_time":1795464527000,"retry_after":5}""").Sample(
        bytes =>
        {
            var answer = Answer(401, bytes);
            answer.Error();
            HttpAnswer.ReadRetryAfter(null, bytes, DateTimeOffset.UtcNow);
            var failure = IssuerRefusal.OfToken(answer.Uri, answer);
            Assert.DoesNotContain(failure.Message, char.IsControl);
        }, iter: Inputs);

    [Fact]
    public Task AToken()
    {
        var valid = ByHand.Token(
            """{"alg":"HS256","typ":"at+jwt"}""", """{"iss":"agentdom","sub":"a","exp":4000000000}""", ByHand.TokenKey());
        return Gen.OneOf(Properties.Inputs.AnyText, Properties.Inputs.NearText(valid, Base64Url)).SampleAsync(LookAtAsync, iter: Inputs);
    }

    [Fact]
    public Task ASignedTokenOfAnyContent() => Gen.Select(
        Properties.Inputs.Near("""{"alg":"HS256","typ":"at+jwt","kid":"k","cty":"JWT","x5t":"AA"}"""),
        Properties.Inputs.Near(
            """{"iss":"agentdom","sub":"a","aud":"b","exp":4000000000,"nbf":0,"iat":0,"jti":"j","scope":"data.read","purpose":"p"}"""))
        .SampleAsync(parts =>
        {
            var (header, payload) = parts;
            var signed = $"{System.Buffers.Text.Base64Url.EncodeToString(header)}.{System.Buffers.Text.Base64Url.EncodeToString(payload)}";
            var mac = HMACSHA256.HashData(ByHand.TokenKey(), Encoding.ASCII.GetBytes(signed));
            return LookAtAsync($"{signed}.{System.Buffers.Text.Base64Url.EncodeToString(mac)}");
        }, iter: Inputs);

    /// <summary>Of all texts similar to a valid token, only the token itself is valid.</summary>
    [Fact]
    public async Task ATokenWithACharacterChanged()
    {
        var reply = await s_issuer.MintAsync(Encoding.UTF8.GetBytes(TestIssuer.Signed(TestIssuer.Body())));
        var token = StrictJson.ParseObject(reply.Body).Text("token")!;
        Assert.NotNull(await s_issuer.ReadTokenAsync(token));

        await Properties.Inputs.NearText(token, Base64Url).Where(text => text != token)
            .SampleAsync(async text => Assert.Null(await s_issuer.ReadTokenAsync(text)), iter: Inputs);
        // The last character has two bits that the signature does not use.
        foreach (var last in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".Where(c => c != token[^1]))
            Assert.Null(await s_issuer.ReadTokenAsync(token[..^1] + last));
    }

    [Fact]
    public void AStoredToken()
    {
        var valid = """
            {"access_token":"t","agent_id":"a","endpoint":"https://api.example.com/t","endpoint_given":false,"expires_at":1795464527000,
            "host":"api.example.com","issued_at":1795464527000,"purpose":"","revoke_endpoint":"https://api.example.com/r",
            "scopes_granted":["a"],"scopes_requested":["a"],"token_type":"Bearer","trusted_hosts":[],"v":1,
            "verify_endpoint":"https://api.example.com/v"}
            """;
        StoredToken.FromJson(valid);
        Properties.Inputs.Near(valid).Select(Encoding.UTF8.GetString).Sample(text => Only<JsonFormatException>(() =>
        {
            var stored = StoredToken.FromJson(text);
            Assert.Equal(stored.ToJson(), StoredToken.FromJson(stored.ToJson()).ToJson());
            Assert.NotEmpty(stored.EntryName);
        }), iter: Inputs);
    }

    [Fact]
    public void ASealedBox() => Gen.Select(
        Gen.Byte.Array[0, 100], Gen.Byte.Array[0, 60], Gen.Int[0, int.MaxValue]).Sample((plain, other, at) =>
    {
        var key = SHA256.HashData(other);
        var box = SealedBox.Seal(key, plain, "entry");
        Assert.Equal(plain, SealedBox.Open(key, box, "entry"));
        Assert.ThrowsAny<CryptographicException>(() => SealedBox.Open(key, box, "other"));
        Assert.ThrowsAny<CryptographicException>(() => SealedBox.Open(SHA256.HashData(key), box, "entry"));
        Assert.ThrowsAny<CryptographicException>(() => SealedBox.Open(key, other, "entry"));
        Assert.ThrowsAny<CryptographicException>(() => SealedBox.Open(key, box[..(at % box.Length)], "entry"));
        box[at % box.Length] ^= (byte)(1 << (at % 8));
        Assert.ThrowsAny<CryptographicException>(() => SealedBox.Open(key, box, "entry"));
    }, iter: 1_000);

    [Fact]
    public void ACrontab()
    {
        var with = CrontabText.With("MAILTO=root\n* * * * * true\r\n", SampleJobs.Job(), _ => 0);
        Gen.OneOf(
            Properties.Inputs.AnyText.Select(t => CrontabText.FromBytes(Encoding.UTF8.GetBytes(t))),
            Properties.Inputs.NearText(with, "\n\r #*59-/ ٣x"))
            .Sample(text =>
            {
                CrontabText.Find(text, DateTime.Now);
                Only<AtpException>(() =>
                {
                    var without = CrontabText.Without(text);
                    Assert.Equal(without, CrontabText.Without(CrontabText.With(text, SampleJobs.Job(), _ => 0)));
                });
            }, iter: Inputs);
    }

    [Fact]
    public void WhatOtherSchedulersHold()
    {
        var job = SampleJobs.Job();
        var (service, timer) = (SystemdText.Service(job), SystemdText.Timer(job));
        Properties.Inputs.NearText(timer, "0123456789٣/:*\n").Sample(text => { SystemdText.Find(service, text); }, iter: Inputs);
        Properties.Inputs.NearText(LaunchdText.Plist(job), "0123456789<>&;\n").Sample(text => { LaunchdText.Find(text); }, iter: Inputs);
        Properties.Inputs.NearText(TaskText.Xml(job, "me", DateTime.Now, needsLogon: true), "0123456789<>&;PTMD\n")
            .Sample(text => { TaskText.Find(text); }, iter: Inputs);
    }

    private static async Task LookAtAsync(string text)
    {
        using var secret = SharedSecret.FromText(TestIssuer.SecretText);
        Only<AtpException>(() => TokenInspector.Look(text));
        Only<AtpException>(() => TokenInspector.Verify(text, secret));
        await s_issuer.ReadTokenAsync(text);
    }

    private static HttpAnswer Answer(int status, byte[] body) =>
        new() { Uri = new Uri("https://api.example.com/t"), Status = status, Body = body };

    private static void Only<TError>(Action read) where TError : Exception
    {
        try
        {
            read();
        }
        catch (TError)
        {
            // The reader's own exception.
        }
    }
}
