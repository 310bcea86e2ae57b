namespace Agentdom.Tests.Protocol;

public sealed class TokenRequestTests
{
    [Fact]
    public void AValidRequestIsUnchanged()
    {
        var request = Request();

        Assert.Equal("agent", request.AgentId);
        Assert.Equal(["data.read"], request.Scopes);
        Assert.Equal("Sync", request.Purpose);
    }

    [Fact]
    public void ThePurposeMayBeEmpty() => Assert.Equal("", Request(purpose: "").Purpose);

    [Theory]
    [InlineData("x")]
    [InlineData("ö")]
    [InlineData("😀")]
    public void APurposeOf1024CharactersIsAcceptedAndOneMoreIsNot(string character)
    {
        var longest = string.Concat(Enumerable.Repeat(character, 1_024));

        Assert.Equal(longest, Request(purpose: longest).Purpose);
        AssertRefused(AtpError.PurposeInvalid, () => Request(purpose: longest + character));
        AssertRefused(AtpError.PurposeInvalid, () => Request(purpose: longest + "x"));
    }

    [Fact]
    public void AnAgentIdOf256CharactersIsAcceptedAndOneMoreIsNot()
    {
        var longest = new string('a', 256);

        Assert.Equal(longest, Request(agentId: longest).AgentId);
        AssertRefused(AtpError.AgentIdInvalid, () => Request(agentId: longest + "a"));
        AssertRefused(AtpError.AgentIdInvalid, () => Request(agentId: ""));
    }

    [Fact]
    public void ARepeatedScopeIsSentOnce() =>
        Assert.Equal(["b", "a"], Request(scopes: ["b", "a", "b"]).Scopes);

    [Fact]
    public void ScopesAreWithinTheirBounds()
    {
        string[] scopes = [.. Enumerable.Range(0, 65).Select(static i => $"s{i}")];

        Assert.Equal(64, Request(scopes: scopes[..64]).Scopes.Count);
        AssertRefused(AtpError.ScopeInvalid, () => Request(scopes: scopes));
        AssertRefused(AtpError.ScopeInvalid, () => Request(scopes: []));
        AssertRefused(AtpError.ScopeInvalid, () => Request(scopes: [new string('s', 129)]));
        AssertRefused(AtpError.ScopeInvalid, () => Request(scopes: ["data.read data.write"]));
    }

    private static TokenRequest Request(string agentId = "agent", string[]? scopes = null, string purpose = "Sync") =>
        new(agentId, scopes ?? ["data.read"], purpose);

    private static void AssertRefused(AtpError error, Func<TokenRequest> request) =>
        Assert.Equal(error, Assert.Throws<AtpException>(request).Error);
}
