using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Agentdom.Tests.Support;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Agentdom.Tests.Protocol;

/// <summary>
/// Wycheproof's JWS cases and RFC 7515's first example for token validation. Their payloads are not claims and their headers
/// have no type, so even the valid ones are not agent tokens and are refused unchanged. The property that makes a case valid or
/// invalid is therefore also transferred to a token that the issuer minted with the case's own key.
/// </summary>
public sealed class JwsVectorTests
{
    /// <summary>
    /// Valid according to Wycheproof: base64url with a '?' in it, and the MAC of the text without it. RFC 7515 §5.2 requires to
    /// refuse them, and §5.1 requires the MAC over the unchanged text.
    /// </summary>
    private static readonly int[] s_validOnlyForLenientReaders = [372, 373];

    /// <summary>Invalid according to Wycheproof because of padding, but the published text has none: it is that of case 357.</summary>
    private static readonly int[] s_badOnlyInName = [367, 370];

    private sealed record Case(int Id, string Jws, bool IsValid, byte[]? Key, string SigningKey)
    {
        internal string[] Parts => Jws.Split('.');

        internal string SignedText => Jws[..Math.Max(0, Jws.LastIndexOf('.'))];

        /// <summary>Whether the MAC matches the text before it, even if that is malformed.</summary>
        internal bool HasFittingMac => Key is not null
            && Jws.EndsWith("." + Mac(Key, SignedText), StringComparison.Ordinal);
    }

    [Fact]
    public async Task NoneOfWycheproofs401CasesIsATokenOfOurs()
    {
        var cases = Groups().SelectMany(static g => g).ToList();
        Assert.Equal(401, cases.Count);
        // One issuer for each key, so that a valid signature is valid there too. An issuer cannot have a key of the other kinds.
        foreach (var group in cases.GroupBy(static c => c.SigningKey))
        {
            await using var issuer = await StartAsync(group.Key);
            foreach (var test in group) await Wire.AssertNotValidAsync(issuer, test.Jws);
        }
    }

    [Fact]
    public void ValidMacsAreValidForTheVerifierBehindTheHandler()
    {
        foreach (var test in Hs256().Where(static c => c.IsValid && !s_validOnlyForLenientReaders.Contains(c.Id)))
        {
            var key = new IssuerKey(test.Key!).Verification.Key;
            var verifier = key.CryptoProviderFactory.CreateForVerifying(key, SecurityAlgorithms.HmacSha256);
            var (text, mac) = (Encoding.ASCII.GetBytes(test.SignedText), Base64Url.DecodeFromChars(test.Parts[2]));

            Assert.True(verifier.Verify(text, mac), $"tcId {test.Id}");
            Assert.True(test.HasFittingMac, $"tcId {test.Id}");
            mac[0] ^= 1;
            Assert.False(verifier.Verify(text, mac), $"tcId {test.Id}");
        }
    }

    [Fact]
    public async Task AValidHeaderWithATokensClaimsMakesAValidToken()
    {
        var valid = Hs256().Where(static c => c.IsValid && !s_validOnlyForLenientReaders.Contains(c.Id)).ToList();
        Assert.Equal(8, valid.Count);
        foreach (var test in valid)
        {
            await using var issuer = await StartAsync(test.SigningKey);
            var payload = (await issuer.TokenAsync()).Split('.')[1];
            var header = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(test.Parts[0]));
            // Only the type is added. Spaces and line breaks of the case are kept.
            var text = $"{ByHand.Encode(header.Insert(1, "\"typ\":\"at+jwt\","))}.{payload}";

            Assert.True(await Wire.IsValidAsync(issuer, $"{text}.{Mac(test.Key!, text)}"), $"tcId {test.Id}");
        }
    }

    [Fact]
    public async Task WhatIsInvalidInACaseIsInvalidInATokenOfOurs()
    {
        var tried = 0;
        foreach (var group in Groups().Where(static g => g[0].Key is not null))
        {
            var model = group[0];
            Assert.True(model.IsValid);
            await using var issuer = await StartAsync(model.SigningKey);
            var own = (await issuer.TokenAsync()).Split('.');
            foreach (var test in group.Where(static c => !c.IsValid || s_validOnlyForLenientReaders.Contains(c.Id)))
            {
                if (test.Jws == model.Jws)
                {
                    Assert.Contains(test.Id, s_badOnlyInName);
                    continue;
                }
                await AssertNotValidAsync(issuer, test, Transplant(test, model, own));
                tried++;
            }
            Assert.True(await Wire.IsValidAsync(issuer, Transplant(model, model, own)));
        }

        Assert.Equal(30, tried);
    }

    [Fact]
    public async Task TheExampleOfRfc7515IsValidUntilItExpiresButNoTokenOfOurs()
    {
        // Appendix A.1, including its line breaks in the header and the payload.
        const string Token =
            "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9" +
            ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ" +
            ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        var key = Base64Url.DecodeFromChars("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow");
        var end = DateTimeOffset.FromUnixTimeSeconds(1_300_819_380);

        Assert.EndsWith("." + Mac(key, Token[..Token.LastIndexOf('.')]), Token, StringComparison.Ordinal);
        Assert.True(await IsValidAsync(Token, key, end.AddMinutes(-1), "JWT"));
        Assert.False(await IsValidAsync(Token, key, end.AddMinutes(1), "JWT"));
        Assert.False(await IsValidAsync(Token, key, end.AddMinutes(-1), AccessTokenFormat.Type));
        Assert.False(await IsValidAsync(Token, [.. key[..63], (byte)(key[63] ^ 1)], end.AddMinutes(-1), "JWT"));
        Assert.Equal("joe", TokenInspector.Look(Token).Claims.Text("iss"));
        await using var issuer = await StartAsync(Convert.ToBase64String(key));
        await Wire.AssertNotValidAsync(issuer, Token);
    }

    /// <summary>The issuer's own rules, except for the type.</summary>
    private static async Task<bool> IsValidAsync(string token, byte[] key, DateTimeOffset now, string type)
    {
        VerificationKey[] keys = [new IssuerKey(key).Verification];
        var rules = AccessTokenFormat.Validation(keys, "joe", null, new ManualTime(now - DateTimeOffset.UtcNow));
        rules.ValidTypes = [type];
        return AccessTokenFormat.IsPlain(token, [.. keys.Select(static key => key.Algorithm)])
            && (await new JsonWebTokenHandler().ValidateTokenAsync(token, rules)).IsValid;
    }

    /// <summary>
    /// Applies to one of our tokens what distinguishes a case from the valid one of its group. If the case's MAC matches its
    /// malformed text, the new MAC does too, because otherwise the token would be refused for that reason alone.
    /// </summary>
    private static string Transplant(Case test, Case model, string[] own)
    {
        var token = test.Jws;
        for (var i = 0; i < 3; i++) token = token.Replace(model.Parts[i], own[i]);
        if (!test.HasFittingMac) return token;
        var text = token[..token.LastIndexOf('.')];
        return $"{text}.{Mac(test.Key!, text)}";
    }

    private static async Task AssertNotValidAsync(TestIssuer issuer, Case test, string token)
    {
        try
        {
            await Wire.AssertNotValidAsync(issuer, token);
        }
        catch (Xunit.Sdk.XunitException e)
        {
            Assert.Fail($"tcId {test.Id}: {e.Message}");
        }
    }

    private static Task<TestIssuer> StartAsync(string signingKey) => TestIssuer.StartAsync(o =>
    {
        o.SigningKeys.Add(signingKey);
        o.Limits.RequestsPerMinutePerAddress = null;
    });

    private static IEnumerable<Case> Hs256() => Groups().SelectMany(static g => g).Where(static c => c.Key is not null);

    private static IEnumerable<Case[]> Groups() => TestVectors.WycheproofGroups("json_web_signature_test.json").Select(group =>
    {
        var jwk = group.GetProperty("private");
        var key = jwk.TryGetProperty("k", out var k) ? Base64Url.DecodeFromChars(k.GetString()) : null;
        var signingKey = SigningKeyOf(jwk);
        return group.GetProperty("tests").EnumerateArray().Select(test => new Case(
            test.GetProperty("tcId").GetInt32(), test.GetProperty("jws").GetString()!,
            test.GetProperty("result").GetString() == "valid", key, signingKey)).ToArray();
    });

    private static string SigningKeyOf(JsonElement jwk)
    {
        byte[] Number(string name) => Base64Url.DecodeFromChars(jwk.GetProperty(name).GetString());
        if (jwk.GetProperty("kty").GetString() == "oct") return Convert.ToBase64String(Number("k"));
        if (jwk.GetProperty("kty").GetString() == "RSA")
        {
            using var rsa = RSA.Create(new RSAParameters
            {
                Modulus = Number("n"), Exponent = Number("e"), D = Number("d"), P = Number("p"), Q = Number("q"),
                DP = Number("dp"), DQ = Number("dq"), InverseQ = Number("qi"),
            });
            return rsa.ExportPkcs8PrivateKeyPem();
        }
        if (jwk.GetProperty("crv").GetString() != "P-256") return Convert.ToBase64String(new byte[32]);
        using var ec = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256, D = Number("d"), Q = new ECPoint { X = Number("x"), Y = Number("y") },
        });
        return ec.ExportPkcs8PrivateKeyPem();
    }

    private static string Mac(byte[] key, string text) =>
        Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(text)));
}
