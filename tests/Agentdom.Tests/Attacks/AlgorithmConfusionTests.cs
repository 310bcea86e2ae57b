using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Agentdom.Tests.Support;
using Microsoft.AspNetCore.Builder;
using JsonObject = System.Text.Json.Nodes.JsonObject;

namespace Agentdom.Tests.Attacks;

/// <summary>
/// Published attacks on verifiers that have keys of several algorithms, tried on an issuer that has one of each. docs/proof.md lists
/// them.
/// </summary>
public sealed class AlgorithmConfusionTests : IAsyncLifetime
{
    private static readonly byte[] s_secret = RandomNumberGenerator.GetBytes(32);
    private static readonly KeyPair s_ec = KeyPair.Ec();
    private static readonly KeyPair s_rsa = KeyPair.Rsa();

    private static readonly string[] s_algorithms = ["ES256", "RS256", "HS256"];

    private static readonly string[] s_forms =
        ["pem", "pem without a line end", "der", "pkcs1 or point", "jwk", "canonical jwk", "number", "certificate", "kid"];

    private TestIssuer _issuer = null!;
    private string _payload = "";
    private string _secretKeyId = "";

    public async ValueTask InitializeAsync()
    {
        await using (var secret = await StartAsync(Convert.ToBase64String(s_secret)))
            _secretKeyId = ByHand.Header(await secret.TokenAsync()).GetProperty("kid").GetString()!;
        _issuer = await StartAsync(s_ec.Pem, s_rsa.Pem, Convert.ToBase64String(s_secret));
        _payload = ByHand.PayloadOf(await _issuer.TokenAsync());
    }

    public ValueTask DisposeAsync() => _issuer.DisposeAsync();

    /// <summary>RFC 8725 §2.1: a key is used with an algorithm that is not its own.</summary>
    [Fact]
    public async Task EachKeyIsGoodForItsOwnAlgorithmOnly()
    {
        var accepted = 0;
        foreach (var algorithm in s_algorithms)
        {
            foreach (var named in s_algorithms)
            {
                foreach (var signer in s_algorithms)
                {
                    var token = Signed(signer, Header(algorithm, KeyId(named)), _payload);
                    if (algorithm == named && named == signer)
                    {
                        await AssertUsefulAsync(token);
                        accepted++;
                    }
                    else
                    {
                        await AssertUselessAsync(token);
                    }
                }
                // No key is named, or one that is not listed. Then the algorithm still has to be that of the key that signed.
                foreach (var header in new[] { Header(algorithm, null), Header(algorithm, "unknown") })
                {
                    if (algorithm != named) await AssertUselessAsync(Signed(named, header, _payload));
                }
            }
        }
        Assert.Equal(3, accepted);
    }

    public static TheoryData<string, string> PublicKeys()
    {
        var data = new TheoryData<string, string>();
        foreach (var algorithm in new[] { "ES256", "RS256" })
        {
            foreach (var form in s_forms) data.Add(algorithm, form);
        }
        return data;
    }

    /// <summary>CVE-2015-9235, CVE-2016-10555: the public key, which everyone knows, as the secret of HS256.</summary>
    [Theory]
    [MemberData(nameof(PublicKeys))]
    public async Task ThePublicKeyAsASecret(string algorithm, string form)
    {
        var pair = algorithm == "ES256" ? s_ec : s_rsa;
        var served = (await Wire.JsonAsync(await _issuer.GetAsync("/.well-known/jwks.json"))).GetProperty("keys").EnumerateArray()
            .Single(k => k.GetProperty("alg").GetString() == algorithm);
        var pem = pair.Key.ExportSubjectPublicKeyInfoPem();
        var number = served.TryGetProperty("n", out var n) ? n.GetString()! : served.GetProperty("x").GetString()!;
        var secret = form switch
        {
            "pem" => Encoding.ASCII.GetBytes(pem + "\n"),
            "pem without a line end" => Encoding.ASCII.GetBytes(pem),
            "der" => pair.Key.ExportSubjectPublicKeyInfo(),
            "pkcs1 or point" when pair.Key is RSA rsa => rsa.ExportRSAPublicKey(),
            "pkcs1 or point" => [4, .. ((ECDsa)pair.Key).ExportParameters(false).Q.X!, .. ((ECDsa)pair.Key).ExportParameters(false).Q.Y!],
            "jwk" => Encoding.UTF8.GetBytes(served.GetRawText()),
            "canonical jwk" => Encoding.UTF8.GetBytes(pair.CanonicalJwk),
            "number" => Base64Url.DecodeFromChars(number),
            "certificate" => pair.Certificate().RawData,
            _ => Encoding.ASCII.GetBytes(pair.KeyId),
        };

        foreach (var keyId in new[] { pair.KeyId, _secretKeyId, "unknown", null })
        {
            foreach (var name in new[] { "HS256", algorithm })
                await AssertUselessAsync(ByHand.Token(Header(name, keyId), _payload, secret));
        }
    }

    /// <summary>CVE-2015-2951: no signature at all.</summary>
    [Theory]
    [InlineData("\"none\"")]
    [InlineData("\"None\"")]
    [InlineData("\"NONE\"")]
    [InlineData("\"nOnE\"")]
    [InlineData("\"none \"")]
    [InlineData("\"\"")]
    [InlineData("null")]
    [InlineData("0")]
    [InlineData("[\"none\"]")]
    public async Task NoSignature(string json)
    {
        foreach (var keyId in new[] { s_ec.KeyId, s_rsa.KeyId, _secretKeyId, null })
        {
            var header = JsonNode.Parse(Header("", keyId))!.AsObject();
            header["alg"] = JsonNode.Parse(json);
            var unsigned = $"{ByHand.Encode(header.ToJsonString())}.{ByHand.Encode(_payload)}.";

            await AssertUselessAsync(unsigned);
            await AssertUselessAsync(unsigned[..^1]);
            await AssertUselessAsync(unsigned + "AA");
            await AssertUselessAsync(s_ec.Token(header.ToJsonString(), _payload));
            header.Remove("alg");
            await AssertUselessAsync($"{ByHand.Encode(header.ToJsonString())}.{ByHand.Encode(_payload)}.");
        }
        foreach (var algorithm in s_algorithms)
            await AssertUselessAsync($"{ByHand.Encode(Header(algorithm, KeyId(algorithm)))}.{ByHand.Encode(_payload)}.");
    }

    /// <summary>CVE-2018-0114, GHSA-869p-cjfg-cm3x: the header brings the key along, or says where it is.</summary>
    [Theory]
    [InlineData("ES256")]
    [InlineData("RS256")]
    public async Task AKeyFromTheHeader(string algorithm)
    {
        await using var attacker = await AttackersKey.StartAsync(algorithm);

        foreach (var (name, value) in attacker.HeaderMembers)
        {
            foreach (var keyId in new[] { attacker.Pair.KeyId, KeyId(algorithm), attacker.Address, null })
            {
                var header = JsonNode.Parse(Header(algorithm, keyId))!.AsObject();
                header[name] = value.DeepClone();
                await AssertUselessAsync(attacker.Pair.Token(header.ToJsonString(), _payload));
            }
        }
        Assert.Equal(0, attacker.Asked);
    }

    /// <summary>CVE-2017-12635 in the header: of two members with one name, one reader takes the first and another the last.</summary>
    [Fact]
    public async Task AMemberOfTheHeaderTwice()
    {
        var (ec, rsa) = (s_ec.KeyId, s_rsa.KeyId);
        string[] headers =
        [
            $$"""{"alg":"ES256","kid":"{{ec}}","kid":"{{ec}}","typ":"at+jwt"}""",
            $$"""{"alg":"ES256","kid":"{{rsa}}","kid":"{{ec}}","typ":"at+jwt"}""",
            $$"""{"alg":"ES256","kid":"{{ec}}","\u006bid":"{{rsa}}","typ":"at+jwt"}""",
            $$"""{"alg":"HS256","alg":"ES256","kid":"{{ec}}","typ":"at+jwt"}""",
            $$"""{"alg":"ES256","kid":"{{ec}}","typ":"at+jwt","alg":"none"}""",
        ];

        foreach (var header in headers)
        {
            await AssertUselessAsync(s_ec.Token(header, _payload));
            await AssertUselessAsync(s_rsa.Token(header, _payload));
        }
        await AssertUsefulAsync(s_ec.Token($$"""{"alg":"ES256","kid":"{{ec}}","typ":"at+jwt"}""", _payload));
    }

    [Fact]
    public async Task AKeyThatIsListedTwiceIsOneKey()
    {
        await using var issuer = await StartAsync(s_ec.Pem, ((ECDsa)s_ec.Key).ExportECPrivateKeyPem());
        var keys = (await Wire.JsonAsync(await issuer.GetAsync("/.well-known/jwks.json"))).GetProperty("keys");

        Assert.Equal(s_ec.KeyId, Assert.Single(keys.EnumerateArray()).GetProperty("kid").GetString());
        Assert.True(await Wire.IsValidAsync(issuer, await issuer.TokenAsync()));
    }

    /// <summary>The right key with another algorithm of its kind.</summary>
    [Fact]
    public async Task ASiblingOfTheAlgorithm()
    {
        var (ec, rsa) = ((ECDsa)s_ec.Key, (RSA)s_rsa.Key);
        (string Algorithm, string KeyId, Func<byte[], byte[]> Sign)[] siblings =
        [
            ("ES384", s_ec.KeyId, data => ec.SignData(data, HashAlgorithmName.SHA384)),
            ("ES512", s_ec.KeyId, data => ec.SignData(data, HashAlgorithmName.SHA512)),
            ("ES256K", s_ec.KeyId, data => ec.SignData(data, HashAlgorithmName.SHA256)),
            ("ES256", s_ec.KeyId, data => ec.SignData(data, HashAlgorithmName.SHA384)),
            ("RS384", s_rsa.KeyId, data => rsa.SignData(data, HashAlgorithmName.SHA384, RSASignaturePadding.Pkcs1)),
            ("RS512", s_rsa.KeyId, data => rsa.SignData(data, HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1)),
            ("PS256", s_rsa.KeyId, data => rsa.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pss)),
            ("PS512", s_rsa.KeyId, data => rsa.SignData(data, HashAlgorithmName.SHA512, RSASignaturePadding.Pss)),
            ("RS256", s_rsa.KeyId, data => rsa.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pss)),
            ("HS384", _secretKeyId, data => HMACSHA384.HashData(s_secret, data)),
            ("HS512", _secretKeyId, data => HMACSHA512.HashData(s_secret, data)),
            ("HS256", _secretKeyId, data => HMACSHA512.HashData(s_secret, data)),
            ("es256", s_ec.KeyId, data => ec.SignData(data, HashAlgorithmName.SHA256)),
            ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", s_rsa.KeyId,
                data => rsa.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)),
        ];

        foreach (var (algorithm, keyId, sign) in siblings)
        {
            foreach (var named in new[] { keyId, null })
                await AssertUselessAsync(ByHand.Token(Header(algorithm, named), _payload, [], (_, data) => sign(data)));
        }
    }

    /// <summary>CVE-2022-21449 (a signature of zeros), and ECDSA signatures in the other encoding.</summary>
    [Fact]
    public async Task ASignatureThatIsNoneForEs256()
    {
        var (ec, header) = ((ECDsa)s_ec.Key, Header("ES256", s_ec.KeyId));
        Func<byte[], byte[]>[] signatures =
        [
            _ => new byte[64], _ => [], _ => new byte[32], _ => [.. Enumerable.Repeat((byte)0xff, 64)],
            data => ec.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence),
            data => [.. ec.SignData(data, HashAlgorithmName.SHA256), 0],
            data => [0, .. ec.SignData(data, HashAlgorithmName.SHA256)],
            data => ec.SignData(data, HashAlgorithmName.SHA256)[..63],
        ];

        foreach (var sign in signatures) await AssertUselessAsync(ByHand.Token(header, _payload, [], (_, data) => sign(data)));
    }

    /// <summary>With r and s, r and -s is a signature too. So a token has a twin, which must not outlive it.</summary>
    [Fact]
    public async Task TheTwinOfAnEs256TokenDiesWithIt()
    {
        var token = await _issuer.TokenAsync();
        var order = Convert.FromHexString("00FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");
        var dot = token.LastIndexOf('.');
        var signature = Base64Url.DecodeFromChars(token.AsSpan(dot + 1));
        var n = new System.Numerics.BigInteger(order, isUnsigned: true, isBigEndian: true);
        var s = n - new System.Numerics.BigInteger(signature.AsSpan(32), isUnsigned: true, isBigEndian: true);
        var bytes = s.ToByteArray(isUnsigned: true, isBigEndian: true);
        byte[] twin = [.. signature[..32], .. new byte[32 - bytes.Length], .. bytes];
        var other = $"{token[..dot]}.{Base64Url.EncodeToString(twin)}";
        Assert.NotEqual(token, other);

        await _issuer.PostAsync("/v1/agent-tokens/revoke", $"token={other}", "application/x-www-form-urlencoded");

        await AssertUselessAsync(token);
        await AssertUselessAsync(other);
    }

    private string KeyId(string algorithm) => algorithm switch { "ES256" => s_ec.KeyId, "RS256" => s_rsa.KeyId, _ => _secretKeyId };

    private static string Signed(string signer, string header, string payload) => signer switch
    {
        "ES256" => s_ec.Token(header, payload),
        "RS256" => s_rsa.Token(header, payload),
        _ => ByHand.Token(header, payload, s_secret),
    };

    private static string Header(string algorithm, string? keyId)
    {
        var header = new JsonObject { ["alg"] = algorithm, ["typ"] = "at+jwt" };
        if (keyId is not null) header["kid"] = keyId;
        return header.ToJsonString();
    }

    private async Task AssertUsefulAsync(string token)
    {
        Assert.True(await Wire.IsValidAsync(_issuer, token));
        Assert.True((await Wire.JsonAsync(await Wire.IntrospectAsync(_issuer, token))).GetProperty("active").GetBoolean());
        Assert.Equal(HttpStatusCode.OK, (await _issuer.GetDataAsync(token)).StatusCode);
    }

    private async Task AssertUselessAsync(string token)
    {
        await Wire.AssertNotValidAsync(_issuer, token);
        Assert.Equal("""{"active":false}""", await (await Wire.IntrospectAsync(_issuer, token)).Content.ReadAsStringAsync());
        Assert.Equal("""{"active":false}""", await (await Wire.IntrospectAsync(_issuer, token, "verify")).Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.Unauthorized, (await _issuer.GetDataAsync(token)).StatusCode);
    }

    private static Task<TestIssuer> StartAsync(params string[] keys) => TestIssuer.StartPublishingAsync(o =>
    {
        foreach (var key in keys) o.SigningKeys.Add(key);
        o.Limits.RequestsPerMinutePerAddress = null;
    });
}
