using System.Globalization;

namespace Agentdom.Issuer;

/// <summary>
/// Thrown if the issuer's state is unavailable or full, or if it may have forgotten a used request because its clock was set back.
/// Until that is fixed, no token is issued or accepted.
/// </summary>
public sealed class IssuerStateException : Exception
{
    /// <summary>Creates the exception.</summary>
    public IssuerStateException(string message, Exception? cause = null) : base(message, cause)
    {
    }

    /// <summary>Whether what was asked did not answer, so that it may be asked again. Otherwise, something is set up wrongly.</summary>
    internal bool IsOutOfReach { get; init; }

    /// <summary>How long to wait before it is asked again, if what was asked said so.</summary>
    internal TimeSpan? RetryAfter { get; init; }

    /// <summary>The types of an exception and of its causes. Their messages may quote a connection string.</summary>
    internal static string Types(Exception? failure)
    {
        var types = new List<string>();
        for (; failure is not null; failure = failure.InnerException) types.Add(failure.GetType().Name);
        return string.Join(": ", types);
    }

    /// <summary>The request may be one that was used and forgotten, because the clock was ahead and was set back.</summary>
    /// <param name="forgottenUntil">The latest expiry of the forgotten signatures (milliseconds since 1970, UTC).</param>
    internal static IssuerStateException ClockSetBack(long forgottenUntil) => new(string.Format(
        CultureInfo.InvariantCulture,
        "The issuer's clock was set back. While it was ahead, used requests that expire by {0:u} were forgotten. A request that "
        + "expires by then could be a replay, so it is refused. From {0:u} on, all requests are accepted again.",
        DateTimeOffset.FromUnixTimeMilliseconds(forgottenUntil)));
}
