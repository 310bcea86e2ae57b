namespace Agentdom.Tests.Protocol;

public sealed class TimeTextTests
{
    [Theory]
    [InlineData(0, "0s")]
    [InlineData(59.9, "59s")]
    [InlineData(60, "1m")]
    [InlineData(3599, "59m")]
    [InlineData(3600, "1h")]
    [InlineData(5400, "1h 30m")]
    [InlineData(90_000, "1d 1h")]
    public void ADurationIsInItsLargestUnitRoundedDown(double seconds, string shown) =>
        Assert.Equal(shown, TimeText.Span(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(5, "5s")]
    [InlineData(300, "5m")]
    [InlineData(18_000, "5h")]
    [InlineData(216_000, "2d 12h")]
    [InlineData(1.5, "00:00:01.5000000")]
    [InlineData(90, "00:01:30")]
    [InlineData(-300, "-00:05:00")]
    public void ADurationThatWasSetLosesNothing(double seconds, string shown) =>
        Assert.Equal(shown, TimeText.Exact(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(0.2, "1s")]
    [InlineData(30, "30s")]
    [InlineData(60, "1m")]
    [InlineData(61, "2m")]
    [InlineData(3599, "1h")]
    public void AWaitIsRoundedUp(double seconds, string shown) => Assert.Equal(shown, TimeText.Wait(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void AMomentHasItsOffsetInEveryCulture()
    {
        var moment = DateTimeOffset.UtcNow;
        var before = System.Globalization.CultureInfo.CurrentCulture;
        foreach (var culture in new[] { "en-US", "de-DE", "ar-SA", "th-TH" })
        {
            System.Globalization.CultureInfo.CurrentCulture = new System.Globalization.CultureInfo(culture);
            try
            {
                var text = TimeText.Moment(moment);
                Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$", text);
                Assert.InRange((moment - DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture)).TotalSeconds, 0, 1);
            }
            finally
            {
                System.Globalization.CultureInfo.CurrentCulture = before;
            }
        }
    }
}
