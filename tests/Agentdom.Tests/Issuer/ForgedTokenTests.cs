using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Agentdom.Tests.Support;
using JsonObject = System.Text.Json.Nodes.JsonObject;

namespace Agentdom.Tests.Issuer;

/// <summary>Tokens that somebody else created or changed.</summary>
public sealed class ForgedTokenTests
{
    [Fact]
    public async Task ATokenMadeByHandAsTheProtocolSaysIsValid()
    {
        // Each of the other tests changes one part of this token. They prove something only if it is valid itself.
        await using var issuer = await TestIssuer.StartAsync();
        var (header, payload) = await PartsAsync(issuer);

        Assert.True(await Wire.IsValidAsync(issuer, ByHand.Token(header.ToJsonString(), payload, ByHand.TokenKey())));
    }

    [Theory]
    [InlineData("typ", "JWT")]
    [InlineData("typ", null)]
    [InlineData("alg", "none")]
    [InlineData("alg", "hs256")]
    [InlineData("alg", "HS384")]
    [InlineData("alg", "RS256")]
    [InlineData("alg", null)]
    public async Task AnotherHeaderWithAValidSignatureIsNotValid(string name, string? value)
    {
        await using var issuer = await TestIssuer.StartAsync();
        var (header, payload) = await PartsAsync(issuer);
        header.Remove(name);
        if (value is not null) header[name] = value;

        await Wire.AssertNotValidAsync(issuer, ByHand.Token(header.ToJsonString(), payload, ByHand.TokenKey()));
    }

    [Fact]
    public async Task AValidTokenWithItsSignatureCutOffIsNotValid()
    {
        await using var issuer = await TestIssuer.StartAsync();
        var token = await issuer.TokenAsync();

        await Wire.AssertNotValidAsync(issuer, token[..(token.LastIndexOf('.') + 1)]);
        await Wire.AssertNotValidAsync(issuer, token[..token.LastIndexOf('.')]);
    }

    [Fact]
    public async Task AnotherAlgorithmUnderTheRightKeyIsNotValid()
    {
        await using var issuer = await TestIssuer.StartAsync();
        var (header, payload) = await PartsAsync(issuer);
        header["alg"] = "HS512";

        await Wire.AssertNotValidAsync(issuer,
            ByHand.Token(header.ToJsonString(), payload, ByHand.TokenKey(), HMACSHA512.HashData));
    }

    [Fact]
    public async Task ATokenSignedWithTheSecretItselfIsNotValid()
    {
        await using var issuer = await TestIssuer.StartAsync();
        var (header, payload) = await PartsAsync(issuer);

        await Wire.AssertNotValidAsync(issuer, ByHand.Token(
            header.ToJsonString(), payload, System.Text.Encoding.UTF8.GetBytes(TestIssuer.SecretText)));
    }

    [Theory]
    [InlineData("iss", "\"somebody else\"")]
    [InlineData("iss", null)]
    [InlineData("exp", null)]
    [InlineData("exp", "1000000000")]
    [InlineData("nbf", "4000000000")]
    [InlineData("jti", null)]
    [InlineData("sub", null)]
    [InlineData("scope", null)]
    [InlineData("scope", "null")]
    public async Task OtherClaimsWithAValidSignatureAreNotValid(string name, string? json)
    {
        await using var issuer = await TestIssuer.StartAsync();
        var (header, payload) = await PartsAsync(issuer);
        var claims = JsonNode.Parse(payload)!.AsObject();
        claims.Remove(name);
        if (json is not null) claims[name] = JsonNode.Parse(json);

        await Wire.AssertNotValidAsync(issuer,
            ByHand.Token(header.ToJsonString(), claims.ToJsonString(), ByHand.TokenKey()));
    }

    [Fact]
    public async Task AValidTokenInAnotherEncodingIsNotValid()
    {
        await using var issuer = await TestIssuer.StartAsync();
        var token = await issuer.TokenAsync();
        // The last of 43 characters has two bits that the signature does not use. They are 0.
        const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        string[] spellings =
        [
            " " + token, token + " ", token + "\n", token + "=", token.Insert(token.LastIndexOf('.') + 1, "  "),
            token.Insert(token.LastIndexOf('.'), "\r\n"), token[..^1] + Letters[Letters.IndexOf(token[^1]) + 1],
        ];

        foreach (var spelling in spellings) await Wire.AssertNotValidAsync(issuer, spelling);
        Assert.True(await Wire.IsValidAsync(issuer, token));
    }

    [Fact]
    public async Task ATokenWithItsClaimsChangedIsNotValid()
    {
        await using var issuer = await TestIssuer.StartAsync();
        var token = await issuer.TokenAsync();
        var parts = token.Split('.');
        parts[1] = ByHand.Encode(ByHand.PayloadOf(token).Replace("data.read", "data.write"));

        await Wire.AssertNotValidAsync(issuer, string.Join('.', parts));
    }

    private static async Task<(JsonObject Header, string Payload)> PartsAsync(TestIssuer issuer)
    {
        var token = await issuer.TokenAsync();
        return (JsonNode.Parse(ByHand.Header(token).GetRawText())!.AsObject(), ByHand.PayloadOf(token));
    }
}
