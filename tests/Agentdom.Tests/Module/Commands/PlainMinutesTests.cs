using Agentdom.Tests.Support;

namespace Agentdom.Tests.Module;

/// <summary>A plain number for a time span means minutes, where PowerShell would take it for a fraction of a second.</summary>
[Collection(PowerShellCollection.Name)]
public sealed class PlainMinutesTests : IDisposable
{
    private readonly Engine _engine = new();

    public void Dispose()
    {
        _engine.Run("Stop-AtpServer");
        _engine.Dispose();
    }

    [Theory]
    [InlineData("5", "00:05:00")]
    [InlineData("'5'", "00:05:00")]
    [InlineData("0.5", "00:00:30")]
    [InlineData("5.0", "00:05:00")]
    [InlineData("([long] 5)", "00:05:00")]
    [InlineData("00:05", "00:05:00")]
    [InlineData("'1:00:00'", "01:00:00")]
    [InlineData("([timespan] '00:07:00')", "00:07:00")]
    public void AServersTokensLiveThatLong(string given, string lifetime) => Assert.Equal(
        TimeSpan.Parse(lifetime, System.Globalization.CultureInfo.InvariantCulture),
        _engine.Run($"(Start-AtpServer -TokenLifetime {given}).TokenLifetime").Single<TimeSpan>());

    [Theory]
    [InlineData("0")]
    [InlineData("90")]
    [InlineData("1.5")]
    public void AnIntervalThatIsNoWholeMinuteOfAnHourIsRefusedWithBothWaysToWriteOne(string interval)
    {
        var result = _engine.Run($"Register-AtpRefreshJob -Scheduler InProcess -Interval {interval} -WhatIf");

        Assert.Equal("AtpIntervalInvalid", result.ErrorId);
        Assert.Contains("-Interval 5 or -Interval 00:05:00", result.Errors[0].Exception.Message);
    }

    [Fact]
    public void AnIntervalOfFiveIsFiveMinutes() =>
        Assert.Empty(_engine.Run("Register-AtpRefreshJob -Scheduler InProcess -Interval 5 -WhatIf").Errors);

    [Theory]
    [InlineData("1e300")]
    [InlineData("([double]::NaN)")]
    [InlineData("soon")]
    [InlineData("5m")]
    [InlineData("-5")]
    [InlineData("'-00:05:00'")]
    [InlineData("([timespan] '-00:05:00')")]
    public void WhatIsNoTimeSpanIsRefusedWithBothWaysToWriteOne(string given)
    {
        foreach (var parameter in new[] { "Start-AtpServer -TokenLifetime", "Get-AtpToken h.example -MinimumValidity" })
        {
            var message = Assert.Single(_engine.Run($"{parameter} {given}").Errors).Exception.Message;
            Assert.Contains("Use minutes, such as 5, or 00:05:00.", message);
        }
    }

    [Theory]
    [InlineData("Register-AtpRefreshJob -Scheduler InProcess 300 -WhatIf", "every 5h.")]
    [InlineData("Start-AtpServer -TokenLifetime 3600", "not 2d 12h.")]
    public void ANumberThatWasMeantForSecondsIsShownAsWhatItIs(string script, string shown)
    {
        var message = Assert.Single(_engine.Run(script).Errors).Exception.Message;

        Assert.Contains(shown, message);
        Assert.Contains("plain number", message);
    }
}
