using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Issuer;

/// <summary>Which secret a token was requested with, and which key it is signed with (protocol.md §6).</summary>
public sealed class SigningKeyTests
{
    private const string Second = "another secret of more than thirty-two bytes";

    private static readonly byte[] s_old = RandomNumberGenerator.GetBytes(32);
    private static readonly byte[] s_new = RandomNumberGenerator.GetBytes(48);

    [Fact]
    public async Task ATokenNamesTheSecretThatItWasRequestedWithAndDoesNotRevealIt()
    {
        await using var issuer = await StartAsync([TestIssuer.SecretText, Second]);
        var (first, second) = (await issuer.TokenAsync(), await Wire.TokenAsync(issuer, TestIssuer.Body(), Second));

        Assert.Equal(ByHand.SecretKeyId(), KeyId(first));
        Assert.Equal(ByHand.SecretKeyId(Second), KeyId(second));
        Assert.NotEqual(KeyId(first), ByHand.Header(first).GetProperty("kid").GetString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RemovingASecretEndsTheTokensThatWereRequestedWithIt(bool hasKeyOfItsOwn)
    {
        byte[][] keys = hasKeyOfItsOwn ? [s_old] : [];
        await using var before = await StartAsync([TestIssuer.SecretText, Second], keys);
        // Both are signed with the same key: that of the first secret, or the provider's own.
        var (kept, ended) = (await before.TokenAsync(), await Wire.TokenAsync(before, TestIssuer.Body(), Second));
        Assert.True(await Wire.IsValidAsync(before, ended));
        await using var after = await StartAsync([TestIssuer.SecretText], keys);

        Assert.True(await Wire.IsValidAsync(after, kept));
        await Wire.AssertNotValidAsync(after, ended);
        Wire.AssertChallenge(await after.GetDataAsync(ended), 401, "Bearer error=\"invalid_token\"");
    }

    [Fact]
    public async Task ReplacingTheSigningKeyEndsNoTokenUntilTheOldKeyIsRemoved()
    {
        await using var before = await StartAsync([TestIssuer.SecretText], s_old);
        var token = await before.TokenAsync();
        await using var during = await StartAsync([TestIssuer.SecretText], s_new, s_old);
        await using var after = await StartAsync([TestIssuer.SecretText], s_new);

        Assert.True(await Wire.IsValidAsync(during, token));
        Assert.True(ByHand.IsSigned(await during.TokenAsync(), s_new));
        Assert.True(await Wire.IsValidAsync(after, await during.TokenAsync()));
        await Wire.AssertNotValidAsync(after, token);
    }

    [Fact]
    public async Task WithAKeyOfTheProvidersOwnNobodyCanSignTokensWithASharedSecret()
    {
        await using var derived = await StartAsync([TestIssuer.SecretText]);
        await using var own = await StartAsync([TestIssuer.SecretText], s_new);

        await Wire.AssertNotValidAsync(own, await derived.TokenAsync());
    }

    [Theory]
    [InlineData("\"0000000000000000\"")]
    [InlineData("\"\"")]
    [InlineData("null")]
    [InlineData("5")]
    [InlineData("[]")]
    public async Task AnUnknownSecretInATokenMakesItInvalid(string json)
    {
        await using var issuer = await StartAsync([TestIssuer.SecretText]);
        await using var own = await StartAsync([TestIssuer.SecretText], s_new);

        await Wire.AssertNotValidAsync(issuer, Changed(await issuer.TokenAsync(), ByHand.TokenKey(), JsonNode.Parse(json)));
        await Wire.AssertNotValidAsync(own, Changed(await own.TokenAsync(), s_new, JsonNode.Parse(json)));
    }

    [Fact]
    public async Task ATokenThatNamesNoSecretIsValidOnlyIfItsKeyIsDerivedFromOne()
    {
        await using var issuer = await StartAsync([TestIssuer.SecretText]);
        await using var own = await StartAsync([TestIssuer.SecretText], s_new);

        Assert.True(await Wire.IsValidAsync(issuer, Changed(await issuer.TokenAsync(), ByHand.TokenKey())));
        await Wire.AssertNotValidAsync(own, Changed(await own.TokenAsync(), s_new));
    }

    private static string? KeyId(string token) => ByHand.Claims(token).GetProperty("akid").GetString();

    /// <summary>The token with the claim removed.</summary>
    private static string Changed(string token, byte[] key) => Changed(token, key, claims => claims.Remove("akid"));

    private static string Changed(string token, byte[] key, JsonNode? keyId) => Changed(token, key, claims => claims["akid"] = keyId);

    private static string Changed(string token, byte[] key, Action<System.Text.Json.Nodes.JsonObject> change)
    {
        var claims = JsonNode.Parse(ByHand.PayloadOf(token))!.AsObject();
        change(claims);
        return ByHand.Token(ByHand.Header(token).GetRawText(), claims.ToJsonString(), key);
    }

    private static Task<TestIssuer> StartAsync(string[] secrets, params byte[][] keys) => TestIssuer.StartAsync(o =>
    {
        foreach (var secret in secrets) o.Secrets.Add(secret);
        foreach (var key in keys) o.SigningKeys.Add(Convert.ToBase64String(key));
    });
}
