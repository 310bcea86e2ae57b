using System.Globalization;
using System.Management.Automation;
using Agentdom.Formats;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Module;

/// <summary>Times and states as shown in tables, in a real engine.</summary>
[Collection(PowerShellCollection.Name)]
public sealed class ViewTextTests : IDisposable
{
    private readonly Engine _engine = new();

    public void Dispose() => _engine.Dispose();

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
    public void ADurationIsFormattedForReaders(string span, string text) =>
        Assert.Equal(text, ViewText.Span(TimeSpan.Parse(span, CultureInfo.InvariantCulture)));

    [Fact]
    public void ThePastTheFutureAndNoTimeDiffer()
    {
        var now = DateTimeOffset.UtcNow;

        Assert.Equal("", ViewText.Left(null));
        Assert.Equal("expired", ViewText.Left(now));
        Assert.Equal("4m", ViewText.Left(now.AddMinutes(4.5)));
        Assert.Equal("", ViewText.Distance(null));
        Assert.Equal("4m ago", ViewText.Distance(now.AddMinutes(-4.5)));
        Assert.Equal("in 4m", ViewText.Distance(now.AddMinutes(4.5)));
        Assert.Equal("", ViewText.Moment(null));
        var earlier = now.AddMinutes(-4.5).ToLocalTime();
        Assert.Equal($"{earlier.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)} (4m ago)", ViewText.Moment(earlier));
    }

    [Fact]
    public void ATokensColourShowsWhetherItIsValidDueOrExpired()
    {
        StoredTokens.Save(StoredTokens.Make("127.0.0.1:7000", TimeSpan.FromMinutes(50.5)));
        StoredTokens.Save(StoredTokens.Make("127.0.0.1:7001", TimeSpan.FromMinutes(4.5)));
        StoredTokens.Save(StoredTokens.Make("127.0.0.1:7002", TimeSpan.FromMinutes(-1)));
        var style = PSStyle.Instance;
        var before = style.OutputRendering;
        try
        {
            style.OutputRendering = OutputRendering.Ansi;
            Assert.Equal([$"{style.Foreground.Green}50m{style.Reset}", $"{style.Formatting.Warning}4m{style.Reset}",
                $"{style.Formatting.Error}expired{style.Reset}"], TimesLeft());
            style.OutputRendering = OutputRendering.PlainText;
            Assert.Equal(["50m", "4m", "expired"], TimesLeft());
        }
        finally
        {
            style.OutputRendering = before;
        }

        IEnumerable<string> TimesLeft() =>
            _engine.Run("Get-AtpToken -Vault Agentdom | ForEach-Object { '{0:TimeLeft}' -f $_ }")
                .Output.Select(o => $"{o}");
    }
}
