using Agentdom.Jobs;

namespace Agentdom;

/// <summary>A failure in a run of the refresh job.</summary>
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

    /// <summary>The host of the token that could not be renewed, or null if the whole run failed.</summary>
    public string? Host { get; }

    /// <summary>The error's id, such as <c>AtpHostUnreachable</c>.</summary>
    public string ErrorId { get; }

    /// <summary>The message: what happened, and what to do.</summary>
    public string Message { get; }

    /// <summary>Host and message.</summary>
    public override string ToString() => Host is null ? Message : $"{Host}: {Message}";
}
