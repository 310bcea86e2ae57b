using System.Globalization;
using System.Text.RegularExpressions;

namespace Agentdom.AspNetCore;

/// <summary>Reads moments (ISO 8601). Without an offset from UTC, the time zone would be guessed.</summary>
internal static partial class MomentText
{
    internal static bool TryRead(string text, out DateTimeOffset moment)
    {
        moment = default;
        return Iso8601().IsMatch(text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out moment);
    }

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,7})?)?(Z|[+-]\d\d:\d\d)\z", RegexOptions.ECMAScript)]
    private static partial Regex Iso8601();
}
