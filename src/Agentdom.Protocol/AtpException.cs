namespace Agentdom.Protocol;

/// <summary>
/// Thrown for every failure that a caller can meet in normal use. The message describes what happened and then what to do
/// next. It never contains a secret or a token, and neither message nor inner exceptions contain the user name or password of an
/// address, such as a proxy's.
/// </summary>
public sealed class AtpException : Exception
{
    /// <param name="error">What went wrong.</param>
    /// <param name="happened">What happened, as a full sentence. It may end with another program's message, which has no full stop.</param>
    /// <param name="advice">What to do next, as a full sentence, for any caller: it names no cmdlet and no parameter.</param>
    /// <param name="cause">The inner exception, if any.</param>
    internal AtpException(AtpError error, string happened, string advice, Exception? cause = null)
        : base(Printable.WithoutUserInfo($"{Sentence(happened)} {advice}"), CauseWithoutUserInfo.Of(cause))
    {
        Error = error;
        Happened = Printable.WithoutUserInfo(Sentence(happened));
        Advice = Printable.WithoutUserInfo(advice);
    }

    /// <summary>What went wrong.</summary>
    public AtpError Error { get; }

    /// <summary>What happened, as a full sentence.</summary>
    public string Happened { get; }

    /// <summary>What to do next, as a full sentence.</summary>
    public string Advice { get; }

    /// <summary>How long to wait before the next attempt, if the issuer asked for a wait.</summary>
    public TimeSpan? RetryAfter { get; internal init; }

    /// <summary>The host that the advice is about. The PowerShell module uses it to add advice of its own.</summary>
    internal string? Subject { get; init; }

    /// <summary>The scopes that the advice is about, if any.</summary>
    internal IReadOnlyCollection<string>? SubjectScopes { get; init; }

    /// <summary>The id of the agent that the advice is about, if any.</summary>
    internal string? SubjectAgent { get; init; }

    /// <summary>The vault entry that is missing or cannot be read, and its vault, if the failure is about one.</summary>
    internal (string Entry, string Vault)? SubjectEntry { get; init; }

    /// <summary>The same failure with a prefix that names its context.</summary>
    /// <param name="what">The prefix, without the colon that follows it.</param>
    internal AtpException About(string what) =>
        Copy($"{what}: {Happened}", Advice, this, SubjectEntry);

    /// <summary>The same failure with other advice.</summary>
    internal AtpException WithAdvice(string advice) => Copy(Happened, advice, InnerException, SubjectEntry);

    /// <summary>The same failure as one of a vault entry.</summary>
    internal AtpException OfEntry(string entry, string vault) => Copy(Happened, Advice, InnerException, (entry, vault));

    private static string Sentence(string text)
    {
        text = text.TrimEnd();
        return text.Length > 0 && text[text.Length - 1] is '.' or '!' or '?' or '\u2026' ? text : text + ".";
    }

    private AtpException Copy(string happened, string advice, Exception? cause, (string Entry, string Vault)? entry) =>
        new(Error, happened, advice, cause)
        {
            RetryAfter = RetryAfter,
            Subject = Subject,
            SubjectScopes = SubjectScopes,
            SubjectAgent = SubjectAgent,
            SubjectEntry = entry,
        };
}
