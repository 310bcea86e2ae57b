namespace Agentdom.AspNetCore.EntityFrameworkCore;

/// <summary>Times as the database has them: milliseconds since 1970 (UTC).</summary>
internal static class Moment
{
    internal static DateTimeOffset Of(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    /// <summary>The first whole millisecond that is not before the moment, so that no token from before it stays valid.</summary>
    internal static long NotBefore(DateTimeOffset moment)
    {
        var milliseconds = moment.ToUnixTimeMilliseconds();
        return Of(milliseconds) < moment ? milliseconds + 1 : milliseconds;
    }
}
