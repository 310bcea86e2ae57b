namespace Agentdom.Protocol;

/// <summary>
/// The one exception that this library throws for what a caller can meet in normal use. Its message says what happened
/// and then what to do next. It never holds a secret or a token.
/// </summary>
public sealed class AtpException : Exception
{
    /// <param name="error">What went wrong.</param>
    /// <param name="happened">What happened, as a full sentence.</param>
    /// <param name="advice">What to do next, as a full sentence, for any caller: it names no cmdlet and no parameter.</param>
    /// <param name="cause">The exception behind it, if any.</param>
    internal AtpException(AtpError error, string happened, string advice, Exception? cause = null)
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

    /// <summary>How long the issuer asks callers to wait before the next attempt, if it does.</summary>
    public TimeSpan? RetryAfter { get; internal init; }

    /// <summary>The host that the advice is about, so that the module can add advice of its own.</summary>
    internal string? Subject { get; init; }

    /// <summary>The scopes that the advice is about, if any.</summary>
    internal IReadOnlyCollection<string>? SubjectScopes { get; init; }

    /// <summary>The same failure with a prefix that says what it concerns.</summary>
    /// <param name="what">The prefix, without the colon that follows it.</param>
    internal AtpException About(string what) =>
        new(Error, $"{what}: {Happened}", Advice, this) { RetryAfter = RetryAfter, Subject = Subject, SubjectScopes = SubjectScopes };

    /// <summary>The same failure with other advice.</summary>
    internal AtpException WithAdvice(string advice) =>
        new(Error, Happened, advice, InnerException) { RetryAfter = RetryAfter, Subject = Subject, SubjectScopes = SubjectScopes };
}
