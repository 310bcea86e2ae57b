using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Agentdom.Tests.Support;
using Microsoft.Extensions.Options;

namespace Agentdom.Tests.Issuer;

/// <summary>Private keys that sign tokens (protocol.md §6).</summary>
public sealed class PemKeyTests
{
    public static TheoryData<string> Algorithms => ["ES256", "RS256"];

    [Theory]
    [MemberData(nameof(Algorithms))]
    public async Task ATokenIsSignedWithTheKeyAndNamesIt(string algorithm)
    {
        var pair = KeyPair.Of(algorithm);
        await using var issuer = await StartAsync(pair.Pem);
        var token = await issuer.TokenAsync();

        Assert.True(pair.HasSigned(token));
        var header = ByHand.Header(token);
        Assert.Equal(["alg", "kid", "typ"], header.EnumerateObject().Select(static p => p.Name).Order());
        Assert.Equal(
            (algorithm, pair.KeyId, "at+jwt"),
            (header.GetProperty("alg").GetString(), header.GetProperty("kid").GetString(), header.GetProperty("typ").GetString()));
        Assert.True(await Wire.IsValidAsync(issuer, token));
        Assert.Equal(200, (int)(await issuer.GetDataAsync(token)).StatusCode);
        Assert.Equal(ByHand.SecretKeyId(), ByHand.Claims(token).GetProperty("akid").GetString());
    }

    [Fact]
    public async Task EveryFormOfAPrivateKeyIsRead()
    {
        var (ec, rsa) = (KeyPair.Ec(), KeyPair.Rsa());
        var certificate = new CertificateRequest("CN=x", (ECDsa)ec.Key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(1)).ExportCertificatePem();
        (KeyPair Pair, string Pem)[] forms =
        [
            (ec, ec.Pem), (ec, ((ECDsa)ec.Key).ExportECPrivateKeyPem()), (rsa, rsa.Pem), (rsa, ((RSA)rsa.Key).ExportRSAPrivateKeyPem()),
            (ec, "\r\n  " + ec.Pem.Replace("\n", "\r\n") + "\r\n"),
            (ec, ec.Pem.Replace("\n", "\\n")),
            (rsa, rsa.Pem.Replace('\n', ' ')),
            (ec, $"{ec.Pem}\n{certificate}"), (ec, $"{certificate}\n{ec.Pem}"),
        ];

        foreach (var (pair, pem) in forms)
        {
            await using var issuer = await StartAsync(pem);
            Assert.True(pair.HasSigned(await issuer.TokenAsync()), pem.Split('\n')[0]);
        }
    }

    /// <summary>What the documentation says, and what older instructions on the web say.</summary>
    [Theory]
    [InlineData("ES256", "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256")]
    [InlineData("ES256", "ecparam -name prime256v1 -genkey")]
    [InlineData("RS256", "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072")]
    [InlineData("RS256", "genrsa -traditional 2048")]
    public async Task OpensslsKeysAreRead(string algorithm, string command)
    {
        await using var issuer = await StartAsync(await OpensslAsync(command));

        Assert.Equal(algorithm, ByHand.Header(await issuer.TokenAsync()).GetProperty("alg").GetString());
    }

    [Fact]
    public async Task AnUnfitKeyStopsTheAppWithItsPositionAndNothingOfItsText()
    {
        var ec = (ECDsa)KeyPair.Ec().Key;
        using var rsa = RSA.Create(2048);
        using var small = RSA.Create(1024);
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var bitcoin = ECDsa.Create(ECCurve.CreateFromFriendlyName("secp256k1"));
        var explicitCurve = ECDsa.Create(ec.ExportExplicitParameters(true)).ExportPkcs8PrivateKeyPem();
        var pbe = new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000);
        var pem = ec.ExportPkcs8PrivateKeyPem();
        (string Pem, string Expected)[] unfit =
        [
            (ec.ExportEncryptedPkcs8PrivateKeyPem("a password", pbe), "is encrypted"),
            (await OpensslAsync("genrsa -traditional -aes128 -passout pass:secret 2048"), "is encrypted"),
            (ec.ExportSubjectPublicKeyInfoPem(), "no private key"),
            (rsa.ExportRSAPublicKeyPem(), "no private key"),
            (small.ExportPkcs8PrivateKeyPem(), "1024 bits"),
            (p384.ExportPkcs8PrivateKeyPem(), "P-256"),
            (bitcoin.ExportECPrivateKeyPem(), "P-256"),
            (explicitCurve, "P-256"),
            (await OpensslAsync("genpkey -algorithm ED25519"), "P-256"),
            (await OpensslAsync("genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048"), "P-256"),
            ($"{pem}\n{rsa.ExportPkcs8PrivateKeyPem()}", "several"),
            (pem[..40], "no private key"),
            (pem.Replace("M", "A"), "P-256"),
            ($"-----BEGIN EC PRIVATE KEY-----\n{pem.Split('\n')[1]}\n-----END EC PRIVATE KEY-----", "P-256"),
            ("-----BEGIN NOTHING", "no private key"),
        ];

        foreach (var (text, expected) in unfit)
        {
            var error = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(pem, text));
            Assert.Contains("Signing key 2 of 2 ", error.Message);
            Assert.True(error.Message.Contains(expected, StringComparison.Ordinal), $"{text}\n{error.Message}");
            foreach (var line in text.Split('\n').Where(static line => line.Length > 20 && !line.StartsWith('-')))
                Assert.DoesNotContain(line[..20], error.ToString());
        }
    }

    [Fact]
    public async Task AChangeFromOneKindToAnotherEndsNoToken()
    {
        var (ec, rsa) = (KeyPair.Ec(), KeyPair.Rsa());
        var secret = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        List<string> keys = [];
        List<string> tokens = [];
        foreach (var key in new[] { secret, ec.Pem, rsa.Pem })
        {
            keys.Insert(0, key);
            await using var issuer = await StartAsync([.. keys]);
            tokens.Add(await issuer.TokenAsync());
            foreach (var token in tokens) Assert.True(await Wire.IsValidAsync(issuer, token));
        }
        Assert.Equal(["HS256", "ES256", "RS256"], tokens.Select(static t => ByHand.Header(t).GetProperty("alg").GetString()));

        await using var after = await StartAsync(rsa.Pem);
        await Wire.AssertNotValidAsync(after, tokens[0]);
        await Wire.AssertNotValidAsync(after, tokens[1]);
        Assert.True(await Wire.IsValidAsync(after, tokens[2]));
    }

    [Fact]
    public async Task DerivedKeysAreAcceptedBesideAPrivateKeyForAsLongAsTheProviderWants()
    {
        await using var before = await TestIssuer.StartAsync();
        var token = await before.TokenAsync();
        var pem = KeyPair.Ec().Pem;
        await using var during = await TestIssuer.StartAsync(o =>
        {
            o.SigningKeys.Add(pem);
            o.AcceptDerivedSigningKeys = true;
        });
        await using var after = await StartAsync(pem);

        Assert.True(await Wire.IsValidAsync(during, token));
        await Wire.AssertNotValidAsync(after, token);
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public async Task ATokenWithoutTheIdOfASecretIsNotValidUnderAPrivateKey(string algorithm)
    {
        var pair = KeyPair.Of(algorithm);
        await using var issuer = await StartAsync(pair.Pem);
        var token = await issuer.TokenAsync();
        var header = ByHand.Header(token).GetRawText();
        var claims = System.Text.Json.Nodes.JsonNode.Parse(ByHand.PayloadOf(token))!.AsObject();

        Assert.True(await Wire.IsValidAsync(issuer, pair.Token(header, claims.ToJsonString())));
        claims.Remove("akid");
        await Wire.AssertNotValidAsync(issuer, pair.Token(header, claims.ToJsonString()));
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public async Task ManyThreadsSignAndCheckAtOnce(string algorithm)
    {
        var pair = KeyPair.Of(algorithm);
        await using var issuer = await TestIssuer.StartAsync(o =>
        {
            o.SigningKeys.Add(pair.Pem);
            (o.Limits.RequestsPerMinutePerAddress, o.Limits.RequestsPerMinutePerAgent) = (null, null);
        });
        var tokens = issuer.Service<TokenIssuer>();

        await Parallel.ForAsync(0, 2_000, TestContext.Current.CancellationToken, async (_, cancel) =>
        {
            var reply = await tokens.MintAsync(System.Text.Encoding.UTF8.GetBytes(TestIssuer.Signed(TestIssuer.Body())), cancel);
            Assert.Equal("issued", reply.Outcome);
            Assert.NotNull(await tokens.ReadTokenAsync(StrictJson.ParseObject(reply.Body).Text("token")!, cancel));
        });
    }

    private static Task<TestIssuer> StartAsync(params string[] keys) => TestIssuer.StartAsync(o =>
    {
        foreach (var key in keys) o.SigningKeys.Add(key);
    });

    private static async Task<string> OpensslAsync(string arguments)
    {
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo("openssl", arguments.Split(' ')) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync();
            Assert.True(process.ExitCode == 0, await error);
            return await output;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("There is no openssl here.");
            throw;
        }
    }
}
