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
}
