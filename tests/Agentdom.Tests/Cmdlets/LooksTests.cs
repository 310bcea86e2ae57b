using System.Globalization;
using System.Management.Automation;
using Agentdom.Formats;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Cmdlets;

[Collection(PowerShellCollection.Name)]
public sealed class LooksTests
{
    [Theory]
    [InlineData("00:00:00", "0s")]
    [InlineData("00:00:45.9", "45s")]
    [InlineData("00:01:00", "1m")]
    [InlineData("00:58:59", "58m")]
    [InlineData("00:59:59.9", "59m")]
    [InlineData("01:00:00", "1h")]
    [InlineData("02:05:59", "2h 5m")]
    [InlineData("23:59:59", "23h 59m")]
    [InlineData("1.00:00:00", "1d")]
    [InlineData("1.12:30:00", "1d 12h")]
    [InlineData("3.00:59:00", "3d")]
    [InlineData("400.01:00:00", "400d 1h")]
    public void ALengthOfTimeIsWrittenAsPeopleSayIt(string span, string text) =>
        Assert.Equal(text, Looks.Span(TimeSpan.Parse(span, CultureInfo.InvariantCulture)));

    [Fact]
    public void ThePastTheFutureAndNoTimeAtAllAreToldApart()
    {
        var now = DateTimeOffset.UtcNow;

        Assert.Equal("", Looks.Left(null));
        Assert.Equal("ended", Looks.Left(now));
        Assert.Equal("4m", Looks.Left(now.AddMinutes(4.5)));
        Assert.Equal("", Looks.Distance(null));
        Assert.Equal("4m ago", Looks.Distance(now.AddMinutes(-4.5)));
        Assert.Equal("in 4m", Looks.Distance(now.AddMinutes(4.5)));
        Assert.Equal("now", Looks.Distance(DateTimeOffset.UtcNow));
        Assert.Equal("", Looks.Moment(null));
        var (earlier, local) = (now.AddMinutes(-4.5), now.AddMinutes(-4.5).ToLocalTime());
        Assert.Equal($"{local.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)} (4m ago)", Looks.Moment(earlier));
    }

    [Fact]
    public void ATokensColourSaysWhetherItIsGoodDueOrEnded()
    {
        var style = PSStyle.Instance;
        var before = style.OutputRendering;
        try
        {
            style.OutputRendering = OutputRendering.Ansi;
            Assert.Equal($"{style.Foreground.Green}50m{style.Reset}", Looks.TimeLeft(With(TimeSpan.FromMinutes(50.5))));
            Assert.Equal($"{style.Formatting.Warning}4m{style.Reset}", Looks.TimeLeft(With(TimeSpan.FromMinutes(4.5))));
            Assert.Equal($"{style.Formatting.Error}ended{style.Reset}", Looks.TimeLeft(With(TimeSpan.FromMinutes(-1))));
            style.OutputRendering = OutputRendering.PlainText;
            Assert.Equal("4m", Looks.TimeLeft(With(TimeSpan.FromMinutes(4.5))));
        }
        finally
        {
            style.OutputRendering = before;
        }
    }

    private static AtpToken With(TimeSpan left) => new(StoredTokens.Make("api.example.com", left), "Agentdom");
}
