namespace Agentdom.Jobs;

/// <summary>The user's refresh job over the system's schedulers and this process.</summary>
internal static class Schedulers
{
    /// <param name="inProcessScript">The script for the timer in this process. It is only needed to register the job.</param>
    internal static RefreshJobs All(string inProcessScript = "") =>
        new([.. RefreshJobs.OfSystem(), new InProcessScheduler(inProcessScript)]);
}
