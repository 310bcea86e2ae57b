namespace Agentdom.Tests.Protocol;

public sealed class ScopeSetTests
{
    [Theory]
    [InlineData("data.read")]
    [InlineData("a")]
    [InlineData("!")]
    [InlineData("~")]
    [InlineData("#")]
    [InlineData("[")]
    [InlineData("]")]
    [InlineData("https://api.example.com/scope?x=1&y=(2),3;4")]
    public void PrintableAsciiIsAScope(string text) => Assert.True(ScopeSet.IsScope(text));

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("data read")]
    [InlineData(" data.read")]
    [InlineData("data.read ")]
    [InlineData("data\"read")]
    [InlineData(@"data\read")]
    [InlineData("data\tread")]
    [InlineData("data.read\n")]
    [InlineData("\0")]
    [InlineData("\u007f")]
    [InlineData("größe")]
    [InlineData("😀")]
    public void NothingElseIs(string text)
    {
        Assert.False(ScopeSet.IsScope(text));
        AssertInvalid("data.read", text);
    }

    [Fact]
    public void AScopeOf128CharactersIsAcceptedAndOneMoreIsNot()
    {
        var longest = new string('s', 128);

        Assert.Equal([longest], ScopeSet.Check([longest]));
        AssertInvalid(longest + "s");
    }

    [Fact]
    public void SixtyFourScopesAreAcceptedAndOneMoreIsNot()
    {
        Assert.Equal(Scopes(64), ScopeSet.Check(Scopes(64)));
        AssertInvalid(Scopes(65));
    }

    [Fact]
    public void NoScopeAtAllIsRefused() => AssertInvalid();

    [Fact]
    public void ARepeatedScopeCountsOnceAndTheOrderStays()
    {
        Assert.Equal(["b", "a", "B"], ScopeSet.Check(["b", "a", "b", "B", "a"]));
        Assert.Equal(64, ScopeSet.Check([.. Scopes(64), .. Scopes(64)]).Count);
    }

    [Fact]
    public void TheRefusalNamesTheScope()
    {
        var refusal = Assert.Throws<AtpException>(() => ScopeSet.Check(["data.read", "data write"]));

        Assert.Contains("'data write'", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheKeyIsTheSameInAnyOrderAndOtherForOtherScopes()
    {
        Assert.Equal(ScopeSet.Key(["b", "a"]), ScopeSet.Key(["a", "b", "a"]));
        Assert.NotEqual(ScopeSet.Key(["a", "b"]), ScopeSet.Key(["a"]));
        Assert.NotEqual(ScopeSet.Key(["a", "b"]), ScopeSet.Key(["ab"]));
        Assert.NotEqual(ScopeSet.Key(["a"]), ScopeSet.Key(["A"]));
    }

    private static string[] Scopes(int count) => [.. Enumerable.Range(0, count).Select(static i => $"scope.{i}")];

    private static void AssertInvalid(params string[] scopes) =>
        Assert.Equal(AtpError.ScopeInvalid, Assert.Throws<AtpException>(() => ScopeSet.Check(scopes)).Error);
}
