using System.Globalization;
using System.Management.Automation;

namespace Agentdom;

/// <summary>
/// Takes a plain number for minutes. PowerShell itself takes 5 for five ten-millionths of a second, and '5' for five days.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
internal sealed class PlainMinutesAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value switch
        {
            int or long or short or byte or double or float or decimal =>
                FromMinutes(Convert.ToDouble(value, CultureInfo.InvariantCulture)),
            string text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => FromMinutes(number),
            string text when TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var span) => NotNegative(span),
            string text => throw NoSpan($"'{Printable.Excerpt(text)}'"),
            TimeSpan span => NotNegative(span),
            _ => inputData,
        };
    }

    private static TimeSpan FromMinutes(double minutes)
    {
        try
        {
            return NotNegative(TimeSpan.FromMinutes(minutes));
        }
        catch (Exception e) when (e is OverflowException or ArgumentException)
        {
            throw NoSpan(FormattableString.Invariant($"{minutes} minutes"), e);
        }
    }

    private static TimeSpan NotNegative(TimeSpan span) => span >= TimeSpan.Zero ? span
        : throw new ArgumentTransformationMetadataException($"{TimeText.Exact(span)} is negative. Use minutes, such as 5, or 00:05:00.");

    private static ArgumentTransformationMetadataException NoSpan(string given, Exception? cause = null) =>
        new($"{given} is not a time span. Use minutes, such as 5, or 00:05:00.", cause);
}
