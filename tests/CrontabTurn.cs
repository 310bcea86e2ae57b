namespace Agentdom.TestSupport;

/// <summary>A user has one crontab, and dotnet test runs the test programs side by side: those that change it take turns.</summary>
internal static class CrontabTurn
{
    private static readonly string s_path = Path.Combine(Path.GetTempPath(), "agentdom-tests-crontab.lock");

    /// <summary>Waits for the turn, which lasts until the result is disposed of.</summary>
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
