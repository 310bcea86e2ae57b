namespace Agentdom.Jobs;

/// <summary>A failure in a run.</summary>
/// <param name="Host">The token's host, or null if the whole run failed.</param>
/// <param name="ErrorId">The error's id, such as <c>AtpHostUnreachable</c>.</param>
/// <param name="Message">What happened.</param>
internal sealed record JobFailure(string? Host, string ErrorId, string Message);
