using Agentdom.Tests.Support;

namespace Agentdom.Tests.Module;

public sealed class TokenGapsTests
{
    [Theory]
    [InlineData("00:05:00", "01:00:00")]
    [InlineData("00:30:00", "01:00:00")]
    [InlineData("00:01:00", "00:02:00")]
    public void ATokenThatOutlivesTheIntervalIsFine(string interval, string life) => Assert.Null(Find(interval, life));

    [Theory]
    [InlineData("01:00:00", "01:00:00", "-Interval 00:20:00")]
    [InlineData("00:55:00", "01:00:00", "-Interval 00:20:00")]
    [InlineData("00:05:00", "00:05:00", "-Interval 00:01:00")]
    [InlineData("00:05:00", "00:02:30", "-Interval 00:01:00")]
    [InlineData("00:01:00", "00:01:00", "Get-AtpToken")]
    public void ATokenThatExpiresBetweenTwoRunsIsNamedWithWhatToDo(string interval, string life, string remedy)
    {
        var warning = Find(interval, life);

        Assert.Contains("127.0.0.1:1", warning);
        Assert.Contains(remedy, warning);
        // The advice holds.
        if (remedy.Split(' ') is ["-Interval", var better]) Assert.Null(Find(better, life));
    }

    [Fact]
    public void TheShortestIsNamedAndTheOthersAreCounted()
    {
        var warning = TokenGaps.Find(
            [Token("127.0.0.1:1", "00:50:00"), Token("127.0.0.1:2", "00:10:00"), Token("127.0.0.1:3", "10:00:00")], TimeSpan.FromHours(1));

        Assert.Contains("127.0.0.1:2", warning);
        Assert.Contains("and 1 more", warning);
    }

    private static string? Find(string interval, string life) =>
        TokenGaps.Find([Token("127.0.0.1:1", life)], TimeSpan.Parse(interval, null));

    private static StoredToken Token(string host, string life)
    {
        var token = StoredTokens.Make(host, TimeSpan.Zero);
        return token with { ExpiresAt = token.IssuedAt + TimeSpan.Parse(life, null) };
    }
}
