using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Agentdom.AspNetCore;
using Agentdom.Tests.Support;
using JsonObject = System.Text.Json.Nodes.JsonObject;

namespace Agentdom.Tests.Attacks;

/// <summary>
/// The attacks of <see cref="AlgorithmConfusionTests"/> on an API that has only what the issuer publishes, and key sets that could lead
/// it to check with a wrong key.
/// </summary>
public sealed class RemoteAlgorithmConfusionTests : IAsyncLifetime
{
    private static readonly KeyPair s_ec = KeyPair.Ec();
    private static readonly KeyPair s_rsa = KeyPair.Rsa();
    private static readonly KeyPair s_small = KeyPair.Rsa(1024);
    private static readonly string[] s_algorithms = ["ES256", "RS256", "HS256", "none"];

    private PublishedDocuments _issuer = null!;
    private ResourceApp _api = null!;

    public async ValueTask InitializeAsync()
    {
        _issuer = await PublishedDocuments.StartAsync(s_ec, s_rsa);
        _api = await StartAsync(_issuer);
    }

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        await _issuer.DisposeAsync();
    }

    /// <summary>RFC 8725 §2.1: a key is used with an algorithm that is not its own.</summary>
    [Fact]
    public async Task EachKeyIsGoodForItsOwnAlgorithmOnly()
    {
        var accepted = 0;
        foreach (var signer in new[] { s_ec, s_rsa })
        {
            foreach (var named in new[] { s_ec, s_rsa })
            {
                foreach (var algorithm in s_algorithms)
                {
                    var isGood = signer == named && algorithm == signer.Algorithm;
                    var token = Token(signer, header => (header["alg"], header["kid"]) = (algorithm, named.KeyId));
                    Assert.Equal(isGood ? 200 : 401, await _api.StatusAsync(token));
                    if (isGood) accepted++;
                }
            }
        }
        Assert.Equal(2, accepted);
    }

    /// <summary>CVE-2015-9235, CVE-2016-10555: the public key, which everyone knows, as the secret of HS256.</summary>
    [Fact]
    public async Task ThePublicKeyAsASecret()
    {
        foreach (var key in new[] { s_ec, s_rsa })
        {
            var pem = key.Key.ExportSubjectPublicKeyInfoPem();
            foreach (var secret in new[] { pem, pem + "\n", key.CanonicalJwk, PublishedDocuments.Jwk(key), key.KeyId })
            {
                foreach (var algorithm in new[] { "HS256", key.Algorithm })
                {
                    var parts = Token(key, header => header["alg"] = algorithm).Split('.');
                    var mac = HMACSHA256.HashData(Encoding.ASCII.GetBytes(secret), Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"));
                    Assert.Equal(401, await _api.StatusAsync($"{parts[0]}.{parts[1]}.{Base64Url.EncodeToString(mac)}"));
                }
            }
        }
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
            foreach (var keyId in new[] { attacker.Pair.KeyId, (algorithm == "ES256" ? s_ec : s_rsa).KeyId, attacker.Address })
            {
                Assert.Equal(401, await _api.StatusAsync(
                    Token(attacker.Pair, header => (header["kid"], header[name]) = (keyId, value.DeepClone()))));
            }
        }
        Assert.Equal(0, attacker.Asked);
        // Beside the right key they change nothing.
        Assert.Equal(200, await _api.StatusAsync(Token(s_ec, header => header["jku"] = attacker.Address)));
    }

    [Theory]
    [MemberData(nameof(UselessKeys))]
    public async Task AUselessKeyIsSkipped(string jwk)
    {
        _issuer.Keys = $"{jwk},{PublishedDocuments.Jwk(s_rsa)},{jwk}";

        Assert.Equal(200, await _api.StatusAsync(Token(s_rsa)));
        Assert.Equal(401, await _api.StatusAsync(Token(s_ec, static header => header["kid"] = "id")));
        Assert.Equal(401, await _api.StatusAsync(Token(s_small, static header => header["kid"] = "id")));
    }

    [Theory]
    [MemberData(nameof(UselessKeys))]
    public async Task AUselessKeyDoesNotRemoveAGoodOneWithItsId(string jwk)
    {
        _issuer.Keys = $"{jwk},{PublishedDocuments.Jwk(s_rsa, ("kid", "\"id\""))},{jwk}";

        Assert.Equal(200, await _api.StatusAsync(Token(s_rsa, static header => header["kid"] = "id")));
    }

    [Theory]
    [MemberData(nameof(UselessKeys))]
    public async Task AKeySetOfUselessKeysIsAnErrorThatSaysSo(string jwk)
    {
        _issuer.Keys = jwk;

        Assert.Equal(503, await _api.StatusAsync(Token(s_ec, static header => header["kid"] = "id")));
        Assert.Equal(503, await _api.StatusAsync(Token(s_small, static header => header["kid"] = "id")));
        Assert.Contains("has no key that can check tokens", Assert.Single(_api.Log.All, static entry => entry.Id == 2008).Text);
    }

    public static TheoryData<string> UselessKeys =>
        [
            PublishedDocuments.Jwk(s_small, ("kid", "\"id\"")),
            PublishedDocuments.Jwk(s_ec, ("kid", "\"id\""), ("use", "\"enc\"")),
            PublishedDocuments.Jwk(s_ec, ("kid", "\"id\""), ("key_ops", "[\"sign\"]")),
            PublishedDocuments.Jwk(s_ec, ("kid", "\"id\""), ("alg", "\"RS256\"")),
            PublishedDocuments.Jwk(s_ec, ("kid", "\"id\""), ("alg", "\"ES384\"")),
            PublishedDocuments.Jwk(s_ec, ("kid", "\"id\""), ("alg", "\"HS256\"")),
            PublishedDocuments.Jwk(s_ec, ("kid", "\"id\""), ("crv", "\"P-384\"")),
            PublishedDocuments.Jwk(s_ec, ("kid", "\"id\""), ("y", "\"AAAA\"")),
            PublishedDocuments.Jwk(s_ec, ("kid", "\"id\""), ("y", $"\"{Base64Url.EncodeToString(new byte[32])}\"")),
            PublishedDocuments.Jwk(s_ec, ("kid", "\"id\""), ("x", "5")),
            PublishedDocuments.Jwk(s_rsa, ("kid", "\"id\""), ("n", "\"%%%\"")),
            PublishedDocuments.Jwk(s_rsa, ("kid", "\"id\""), ("n", null)),
            PublishedDocuments.Jwk(s_rsa, ("kid", "\"id\""), ("e", "\"\"")),
            PublishedDocuments.Jwk(s_rsa, ("kid", "\"id\""), ("kty", "\"RS\"")),
            $$"""{"kty":"oct","kid":"id","k":"{{Base64Url.EncodeToString(new byte[32])}}","alg":"HS256"}""",
            """{"kty":"EC","kid":"id"}""", """{"kid":"id"}""", """{"kty":1,"kid":"id"}""", "\"id\"", "null",
        ];

    [Fact]
    public async Task OfTwoKeysWithOneIdNeitherIsUsedAndTheSameKeyTwiceIsOneKey()
    {
        var (twin, other) = (KeyPair.Ec(), KeyPair.Ec());
        _issuer.Keys = string.Join(
            ',', PublishedDocuments.Jwk(s_ec, ("kid", "\"one\"")), PublishedDocuments.Jwk(twin, ("kid", "\"one\"")),
            PublishedDocuments.Jwk(other), PublishedDocuments.Jwk(other, ("alg", null), ("use", null)));

        Assert.Equal(200, await _api.StatusAsync(Token(other)));
        Assert.Equal(401, await _api.StatusAsync(Token(s_ec, static header => header["kid"] = "one")));
        Assert.Equal(401, await _api.StatusAsync(Token(twin, static header => header["kid"] = "one")));
    }

    [Fact]
    public async Task AKeyWithoutAnIdIsNotUsed()
    {
        _issuer.Keys = PublishedDocuments.Jwk(s_ec, ("kid", null)) + "," + PublishedDocuments.Jwk(s_rsa);

        Assert.Equal(401, await _api.StatusAsync(Token(s_ec)));
        Assert.Equal(401, await _api.StatusAsync(Token(s_ec, static header => header.Remove("kid"))));
        Assert.Equal(401, await _api.StatusAsync(Token(s_ec, static header => header["kid"] = "")));
    }

    private string Token(KeyPair key, Action<JsonObject>? header = null) =>
        key.Token(_issuer.Name, DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 60, header);

    private static Task<ResourceApp> StartAsync(PublishedDocuments issuer) =>
        ResourceApp.StartAsync(issuer.Name, static o => o.Revocation = RevocationCheck.None);
}
