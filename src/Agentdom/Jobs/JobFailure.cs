namespace Agentdom.Jobs;

/// <summary>One thing that failed in a run.</summary>
/// <param name="Host">The host whose token it was, or null where the run failed as a whole.</param>
/// <param name="ErrorId">The error's id, such as <c>AtpHostUnreachable</c>.</param>
/// <param name="Message">What happened.</param>
internal sealed record JobFailure(string? Host, string ErrorId, string Message);
