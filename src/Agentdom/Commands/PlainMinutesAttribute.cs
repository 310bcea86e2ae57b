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
        var minutes = value switch
        {
            int or long or short or byte or double or float or decimal => Convert.ToDouble(value, CultureInfo.InvariantCulture),
            string text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
            _ => (double?)null,
        };
        if (minutes is null) return inputData;
        try
        {
            return TimeSpan.FromMinutes(minutes.Value);
        }
        catch (Exception e) when (e is OverflowException or ArgumentException)
        {
            throw new ArgumentTransformationMetadataException(
                FormattableString.Invariant($"{minutes} minutes is not a time span. Use minutes, such as 5, or 00:05:00."), e);
        }
    }
}
