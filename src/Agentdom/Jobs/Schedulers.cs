namespace Agentdom.Jobs;

/// <summary>The user's refresh job over the system's schedulers and this process.</summary>
internal static class Schedulers
{
    /// <param name="inProcessScript">What the timer in this process would run; only registering needs it.</param>
    internal static RefreshJobs All(string inProcessScript = "") =>
        new([.. RefreshJobs.OfSystem(), new InProcessScheduler(inProcessScript)]);
}
