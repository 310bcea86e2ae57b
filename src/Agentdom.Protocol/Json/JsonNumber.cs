using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Agentdom.Protocol;

/// <summary>Numbers as ECMAScript writes them (ECMA-262, Number::toString; RFC 8785 §3.2.2.3).</summary>
internal static class JsonNumber
{
    /// <summary>2^53 − 1: the largest integer up to which every integer has a double of its own.</summary>
    internal const long MaxSafeInteger = 9_007_199_254_740_991;

    private static readonly bool s_isFramework =
        RuntimeInformation.FrameworkDescription.StartsWith(".NET Framework", StringComparison.Ordinal);

    /// <summary>The shortest decimal form that reads back as the same double.</summary>
    /// <exception cref="JsonFormatException">The number is not finite.</exception>
    internal static string Format(double value)
    {
        if (double.IsNaN(value) || double.IsInfinity(value))
            throw new JsonFormatException("A number is not finite, so JSON cannot hold it.");
        if (value == 0) return "0";
        if (Math.Abs(value) <= MaxSafeInteger && Math.Floor(value) == value)
            return ((long)value).ToString(CultureInfo.InvariantCulture);
        return Layout(Shortest(value));
    }

    private static string Shortest(double value)
    {
        // The runtime's own shortest form is fast, but on .NET Framework it is not the shortest, and up to .NET 10 at
        // least some powers of two, such as 2^-25, come out one digit too short to read back.
        var builtIn = value.ToString("R", CultureInfo.InvariantCulture);
        return s_isFramework || !ReadsAs(builtIn, value) ? ShortestBySearch(value) : builtIn;
    }

    /// <summary>The fewest digits that read back as the same double, found by trying.</summary>
    internal static string ShortestBySearch(double value)
    {
        for (var digits = 0; digits < 16; digits++)
        {
            var nearest = value.ToString("E" + digits, CultureInfo.InvariantCulture);
            if (ReadsAs(nearest, value)) return nearest;
            // Above a power of two doubles lie twice as far apart as below: the second nearest may read back as well.
            var e = nearest.IndexOf('E');
            var mantissa = decimal.Parse(nearest.Substring(0, e), CultureInfo.InvariantCulture);
            var step = new decimal(1, 0, 0, mantissa < 0, (byte)digits);
            var second = (mantissa + step).ToString(CultureInfo.InvariantCulture) + nearest.Substring(e);
            if (ReadsAs(second, value)) return second;
        }
        return value.ToString("E16", CultureInfo.InvariantCulture);
    }

    private static bool ReadsAs(string text, double value) =>
        double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture) == value;

    // Takes any .NET rendering apart into digits and exponent and lays them out by ECMAScript's rules.
    private static string Layout(string rendering)
    {
        var sign = rendering[0] == '-' ? "-" : "";
        var text = rendering.Substring(sign.Length);
        var e = text.IndexOf('E');
        var exponent = e < 0 ? 0 : int.Parse(text.Substring(e + 1), CultureInfo.InvariantCulture);
        var mantissa = e < 0 ? text : text.Substring(0, e);
        var point = mantissa.IndexOf('.');
        var digits = mantissa.Replace(".", "");
        var scale = (point < 0 ? mantissa.Length : point) + exponent;
        var leadingZeros = digits.Length - digits.TrimStart('0').Length;
        digits = digits.Trim('0');
        scale -= leadingZeros;

        var result = new StringBuilder(sign, 32);
        if (scale is > 0 and <= 21)
        {
            if (digits.Length <= scale) return result.Append(digits.PadRight(scale, '0')).ToString();
            return result.Append(digits, 0, scale).Append('.').Append(digits, scale, digits.Length - scale).ToString();
        }
        if (scale is > -6 and <= 0)
            return result.Append("0.").Append('0', -scale).Append(digits).ToString();

        result.Append(digits[0]);
        if (digits.Length > 1) result.Append('.').Append(digits, 1, digits.Length - 1);
        return result.Append('e').Append(scale > 0 ? "+" : "").Append((scale - 1).ToString(CultureInfo.InvariantCulture))
            .ToString();
    }
}
