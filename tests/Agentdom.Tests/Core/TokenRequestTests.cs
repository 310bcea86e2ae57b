namespace Agentdom.Tests.Core;

public sealed class TokenRequestTests
{
    private static readonly TokenRequest s_good = new() { AgentId = "agent", Scopes = ["data.read"], Purpose = "Sync" };

    [Fact]
    public void AValidRequestIsUnchanged()
    {
        var request = s_good.Checked();

        Assert.Equal("agent", request.AgentId);
        Assert.Equal(["data.read"], request.Scopes);
        Assert.Equal("Sync", request.Purpose);
    }

    [Fact]
    public void ThePurposeMayBeLeftOut() =>
        Assert.Equal("", new TokenRequest { AgentId = "agent", Scopes = ["data.read"] }.Checked().Purpose);

    [Theory]
    [InlineData("x")]
    [InlineData("ö")]
    [InlineData("😀")]
    public void APurposeOf1024CharactersIsAcceptedAndOneMoreIsNot(string character)
    {
        var longest = string.Concat(Enumerable.Repeat(character, 1_024));

        Assert.Equal(longest, (s_good with { Purpose = longest }).Checked().Purpose);
        AssertRefused(AtpError.PurposeInvalid, s_good with { Purpose = longest + character });
        AssertRefused(AtpError.PurposeInvalid, s_good with { Purpose = longest + "x" });
    }

    [Fact]
    public void AnAgentIdOf256CharactersIsAcceptedAndOneMoreIsNot()
    {
        var longest = new string('a', 256);

        Assert.Equal(longest, (s_good with { AgentId = longest }).Checked().AgentId);
        AssertRefused(AtpError.AgentIdInvalid, s_good with { AgentId = longest + "a" });
        AssertRefused(AtpError.AgentIdInvalid, s_good with { AgentId = "" });
    }

    [Fact]
    public void ARepeatedScopeIsSentOnce() =>
        Assert.Equal(["b", "a"], (s_good with { Scopes = ["b", "a", "b"] }).Checked().Scopes);

    [Fact]
    public void ScopesAreWithinTheirBounds()
    {
        string[] scopes = [.. Enumerable.Range(0, 65).Select(static i => $"s{i}")];

        Assert.Equal(64, (s_good with { Scopes = scopes[..64] }).Checked().Scopes.Count);
        AssertRefused(AtpError.ScopeInvalid, s_good with { Scopes = scopes });
        AssertRefused(AtpError.ScopeInvalid, s_good with { Scopes = [] });
        AssertRefused(AtpError.ScopeInvalid, s_good with { Scopes = [new string('s', 129)] });
        AssertRefused(AtpError.ScopeInvalid, s_good with { Scopes = ["data.read data.write"] });
    }

    private static void AssertRefused(AtpError error, TokenRequest request) =>
        Assert.Equal(error, Assert.Throws<AtpException>(request.Checked).Error);
}
