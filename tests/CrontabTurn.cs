namespace Agentdom.TestSupport;

/// <summary>A lock for the user's only crontab, because dotnet test runs the test programs in parallel.</summary>
internal static class CrontabTurn
{
    private static readonly string s_path = Path.Combine(Path.GetTempPath(), "agentdom-tests-crontab.lock");

    /// <summary>Waits for the lock, which is held until the result is disposed.</summary>
    internal static IDisposable Take(CancellationToken cancellation = default)
    {
        while (true)
        {
            try
            {
                return new FileStream(s_path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                cancellation.WaitHandle.WaitOne(50);
                cancellation.ThrowIfCancellationRequested();
            }
        }
    }
}
