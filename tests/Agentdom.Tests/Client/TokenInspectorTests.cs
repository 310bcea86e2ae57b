using System.Text.Json.Nodes;
using Agentdom.Core;
using Agentdom.Core.Client;
using Agentdom.Core.Signing;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Client;

/// <summary>Looking into a token that somebody sent.</summary>
public sealed class TokenInspectorTests
{
    [Theory]
    [InlineData("alg", "null")]
    [InlineData("typ", "null")]
    [InlineData("kid", "null")]
    [InlineData("cty", "null")]
    [InlineData("alg", "5")]
    [InlineData("typ", "[]")]
    [InlineData("kid", "true")]
    [InlineData("cty", "{}")]
    public void AHeaderThatHoldsSomethingElseThanTextsIsRefusedLikeAnythingThatCannotBeRead(string name, string json)
    {
        using var secret = SharedSecret.FromText(TestIssuer.SecretText);
        var header = new JsonObject { ["alg"] = "HS256", ["typ"] = "at+jwt" };
        header[name] = JsonNode.Parse(json);
        var token = ByHand.Token(header.ToJsonString(), """{"iss":"agentdom","sub":"a","exp":4000000000}""", ByHand.TokenKey());

        Assert.Equal(AtpError.TokenInvalid, Assert.Throws<AtpException>(() => TokenInspector.Look(token)).Error);
        Assert.Equal(AtpError.TokenInvalid, Assert.Throws<AtpException>(() => TokenInspector.Verify(token, secret)).Error);
    }
}
