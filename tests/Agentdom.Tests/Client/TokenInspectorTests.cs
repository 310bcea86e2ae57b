using Agentdom.Core;
using Agentdom.Core.Client;
using Agentdom.Core.Signing;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Client;

/// <summary>Looking into a token that somebody sent.</summary>
public sealed class TokenInspectorTests
{
    // What the property tests found: the JWT library fails on these in ways of its own.
    [Theory]
    [InlineData("""{"alg":"HS256","typ":"at+jwt","cty":[null]}""", """{"exp":4000000000}""")]
    [InlineData("""{"alg":"HS256","typ":"at+jwt","cty":[{}]}""", """{"exp":4000000000}""")]
    [InlineData("""{"alg":"HS256","typ":[null]}""", """{"exp":4000000000}""")]
    [InlineData("""{"alg":[null],"typ":"at+jwt"}""", """{"exp":4000000000}""")]
    public void AListInAHeaderIsRefusedLikeAnythingElseThatCannotBeRead(string header, string claims)
    {
        var token = ByHand.Token(header, claims, ByHand.TokenKey());

        Assert.Equal(AtpError.TokenInvalid, Assert.Throws<AtpException>(() => TokenInspector.Look(token)).Error);
    }

    [Fact]
    public void AListWithANullInTheClaimsIsShownAndIsNoCrashWhereItIsVerified()
    {
        using var secret = SharedSecret.FromText(TestIssuer.SecretText);
        var token = ByHand.Token("""{"alg":"HS256","typ":"at+jwt"}""", """{"iss":"a","exp":4000000000,"x":[null]}""", ByHand.TokenKey());

        Assert.True(TokenInspector.Look(token).Claims.Has("x"));
        Assert.Equal(AtpError.TokenInvalid, Assert.Throws<AtpException>(() => TokenInspector.Verify(token, secret)).Error);
    }
}
