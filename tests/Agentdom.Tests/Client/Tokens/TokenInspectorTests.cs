using Agentdom.Tests.Support;

namespace Agentdom.Tests.Client;

/// <summary>Decoding untrusted tokens.</summary>
public sealed class TokenInspectorTests
{
    // Found by the property tests: the JWT library throws unexpected exceptions for these.
    [Theory]
    [InlineData("""{"alg":"HS256","typ":"at+jwt","cty":[null]}""")]
    [InlineData("""{"alg":"HS256","typ":"at+jwt","cty":[{}]}""")]
    [InlineData("""{"alg":"HS256","typ":[null]}""")]
    [InlineData("""{"alg":[null],"typ":"at+jwt"}""")]
    public void AListInAHeaderIsRefusedLikeAnythingElseThatCannotBeRead(string header)
    {
        var token = ByHand.Token(header, """{"exp":4000000000}""", ByHand.TokenKey());

        Assert.Equal(AtpError.TokenInvalid, Assert.Throws<AtpException>(() => TokenInspector.Look(token)).Error);
    }

    [Theory]
    [InlineData("""{"exp":4000000000,"aud":[null]}""")]
    [InlineData("""{"exp":4000000000,"sub":{}}""")]
    [InlineData("""{"exp":4000000000,"iss":-1}""")]
    [InlineData("""{"exp":4000000000,"nbf":null}""")]
    [InlineData("""{"exp":1e300}""")]
    public void UnexpectedClaimsWithAValidSignatureAreRefused(string claims)
    {
        using var secret = SharedSecret.FromText(TestIssuer.SecretText);
        var token = ByHand.Token("""{"alg":"HS256","typ":"at+jwt"}""", claims, ByHand.TokenKey());

        Assert.Equal(AtpError.TokenInvalid, Assert.Throws<AtpException>(() => TokenInspector.Verify(token, secret)).Error);
    }

    // The reason must reach the caller: each of these is a JSON Web Token.
    [Theory]
    [InlineData("""{"alg":"HS256","typ":"at+jwt","crit":["exp"]}""", """{"exp":4000000000}""", "canonical base64url, or its header")]
    [InlineData("""{"alg":"HS384","typ":"at+jwt"}""", """{"exp":4000000000}""", "something other than HS256")]
    [InlineData("""{"alg":"HS256","typ":"JWT"}""", """{"exp":4000000000}""", "its type is not at+jwt")]
    [InlineData("""{"alg":"HS256","typ":"at+jwt"}""", """{"exp":1}""", "it has expired")]
    public void TheReasonIsShown(string header, string claims, string reason)
    {
        using var secret = SharedSecret.FromText(TestIssuer.SecretText);
        var token = ByHand.Token(header, claims, ByHand.TokenKey());

        Assert.Contains(reason, Assert.Throws<AtpException>(() => TokenInspector.Verify(token, secret)).Message);
    }

    [Fact]
    public void WhatIsNoTokenIsSaidToBeNone()
    {
        using var secret = SharedSecret.FromText(TestIssuer.SecretText);

        Assert.Contains("not a JSON Web Token", Assert.Throws<AtpException>(() => TokenInspector.Verify("abc", secret)).Message);
    }
}
