namespace Agentdom.Core;

/// <summary>
/// The one exception that this library throws for what a caller can meet in normal use. Its message says what happened
/// and then what to do next. It never holds a secret or a token.
/// </summary>
public sealed class AtpException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="error">What went wrong.</param>
    /// <param name="happened">What happened, as a full sentence.</param>
    /// <param name="advice">What to do next, as a full sentence.</param>
    /// <param name="cause">The exception behind it, if any.</param>
    public AtpException(AtpError error, string happened, string advice, Exception? cause = null)
        : base($"{happened} {advice}", cause)
    {
        Error = error;
        Happened = happened;
        Advice = advice;
    }

    /// <summary>What went wrong.</summary>
    public AtpError Error { get; }

    /// <summary>What happened, as a full sentence.</summary>
    public string Happened { get; }

    /// <summary>What to do next, as a full sentence.</summary>
    public string Advice { get; }

    /// <summary>How long the issuer asks to wait before the next attempt, where it said so.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The same failure, said to be about something.</summary>
    /// <param name="what">What it is about, to stand before a colon.</param>
    public AtpException About(string what) => new(Error, $"{what}: {Happened}", Advice, this) { RetryAfter = RetryAfter };
}
