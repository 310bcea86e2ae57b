using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using Agentdom.Tests.Support;
using Xunit.v3;

[assembly: Watchdog]

namespace Agentdom.Tests.Support;

/// <summary>
/// Terminates the test process if a test runs for too long, so that a hung test fails the run and does not block it. A hanging
/// fixture or constructor is detected as well, because then no test starts or finishes.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class WatchdogAttribute : BeforeAfterTestAttribute
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan s_silenceLimit = TimeSpan.FromMinutes(15);
    private static readonly ConcurrentDictionary<string, (string Name, long Started)> s_running = new();
    private static long s_changed = Environment.TickCount64;
    private static Timer? s_timer;

    /// <inheritdoc/>
    public override void Before(MethodInfo methodUnderTest, IXunitTest test)
    {
        s_changed = Environment.TickCount64;
        s_running[test.UniqueID] = (test.TestDisplayName, s_changed);
    }

    /// <inheritdoc/>
    public override void After(MethodInfo methodUnderTest, IXunitTest test)
    {
        s_changed = Environment.TickCount64;
        s_running.TryRemove(test.UniqueID, out _);
    }

    [ModuleInitializer]
    internal static void Start() => s_timer = new Timer(static _ => Look(), null, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5));

    private static void Look()
    {
        var now = Environment.TickCount64;
        foreach (var (name, started) in s_running.Values)
            if (now - started > s_limit.TotalMilliseconds) End($"{name} has run for more than {s_limit.TotalMinutes} minutes.");
        if (now - s_changed > s_silenceLimit.TotalMilliseconds)
            End($"No test has started or finished for {s_silenceLimit.TotalMinutes} minutes.");
    }

    private static void End(string reason) => Environment.FailFast($"{reason} The test run is ended.");
}
