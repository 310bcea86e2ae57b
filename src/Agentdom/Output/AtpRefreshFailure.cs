using Agentdom.Jobs;

namespace Agentdom;

/// <summary>Something that failed in a run of the refresh job.</summary>
public sealed class AtpRefreshFailure
{
    internal AtpRefreshFailure(JobFailure failure) : this(failure.Host, failure.ErrorId, failure.Message)
    {
    }

    internal AtpRefreshFailure(string? host, string errorId, string message)
    {
        Host = host;
        ErrorId = errorId;
        Message = message;
    }

    /// <summary>The host whose token it was, or null where the run failed as a whole.</summary>
    public string? Host { get; }

    /// <summary>The error's id, such as <c>AtpHostUnreachable</c>.</summary>
    public string ErrorId { get; }

    /// <summary>What happened, and what to do.</summary>
    public string Message { get; }

    /// <summary>Host and message.</summary>
    public override string ToString() => Host is null ? Message : $"{Host}: {Message}";
}
