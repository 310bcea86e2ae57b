using System.Globalization;
using System.Numerics;
using System.Text;

namespace Agentdom.Protocol;

/// <summary>Numbers as ECMAScript writes them (ECMA-262, Number::toString; RFC 8785 §3.2.2.3).</summary>
internal static class JsonNumber
{
    /// <summary>2^53 − 1: up to here a double holds every integer exactly.</summary>
    internal const long MaxSafeInteger = 9_007_199_254_740_991;

    private const long FractionBits = 0xf_ffff_ffff_ffff;

    // .NET Framework and Mono write at least 15 digits: "4.94065645841247E-324". Probing a known number is more reliable
    // than looking at the runtime's name.
    private static readonly bool s_builtInIsShortest = double.Epsilon.ToString("R", CultureInfo.InvariantCulture) == "5E-324";

    // By the exponent's bits.
    private static readonly string?[] s_powersOfTwo = new string?[0x800];

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
        if (!s_builtInIsShortest) return ShortestByArithmetic(value);
        // The runtime's "R" format is fast, but up to .NET 10 at least it is one digit too short to read back for some powers of
        // two, such as 2^-25. Arithmetic is slow, so the digits of each power are computed once.
        var bits = BitConverter.DoubleToInt64Bits(value);
        if ((bits & FractionBits) != 0) return value.ToString("R", CultureInfo.InvariantCulture);
        var digits = s_powersOfTwo[(bits >> 52) & 0x7ff] ??= ShortestByArithmetic(Math.Abs(value));
        return value < 0 ? "-" + digits : digits;
    }

    /// <summary>
    /// The fewest digits that read back as the same double, and of those the nearest (Steele and White, "How to Print
    /// Floating-Point Numbers Accurately"). It uses integers only: older runtimes round the last place when they write a
    /// number and when they read one.
    /// </summary>
    internal static string ShortestByArithmetic(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var power = (int)((bits >> 52) & 0x7ff);
        var fraction = bits & FractionBits;
        var isEven = fraction % 2 == 0;
        // Above a power of two the doubles are twice as far apart as below it.
        var isLopsided = fraction == 0 && power > 1;
        if (power == 0) power = 1;
        else fraction |= 1L << 52;
        power -= 1075;

        // The number is rest/unit; half the distances to its neighbours are above/unit and below/unit.
        var below = BigInteger.One << Math.Max(power, 0);
        var above = isLopsided ? below * 2 : below;
        var rest = fraction * above * 2;
        var unit = BigInteger.One << (Math.Max(-power, 0) + (isLopsided ? 2 : 1));

        var scale = (int)Math.Ceiling(Math.Log10(Math.Abs(value)) - 1e-10);
        if (scale > 0) unit *= BigInteger.Pow(10, scale);
        var shift = BigInteger.Pow(10, Math.Max(-scale, 0));
        (rest, above, below) = (rest * shift, above * shift, below * shift);
        if (IsPast(rest + above, unit)) scale++;
        else (rest, above, below) = (rest * 10, above * 10, below * 10);

        var digits = new StringBuilder(value < 0 ? "-" : "", 32);
        for (var exponent = scale - 1; ; exponent--)
        {
            var digit = (int)BigInteger.DivRem(rest, unit, out rest);
            var (isLowEnough, isHighEnough) = (IsPast(below, rest), IsPast(rest + above, unit));
            if (isLowEnough || isHighEnough)
            {
                var half = (rest * 2).CompareTo(unit);
                var roundsUp = isHighEnough && (!isLowEnough || half > 0 || (half == 0 && digit % 2 == 1));
                return digits.Append(roundsUp ? digit + 1 : digit).Append('E').Append(exponent).ToString();
            }
            digits.Append(digit);
            (rest, above, below) = (rest * 10, above * 10, below * 10);
        }

        // Readers round half to even, so a value on the border still reads back if the number is even.
        bool IsPast(BigInteger left, BigInteger right) => isEven ? left >= right : left > right;
    }

    // Takes a .NET rendering in any format and writes its digits and exponent by ECMAScript's rules.
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
