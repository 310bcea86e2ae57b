namespace Agentdom.Tests.Support;

/// <summary>A copy of a vault of the released form as the home of this process. See <c>tests/ReleasedVaults</c>.</summary>
internal sealed class ReleasedVault : IDisposable
{
    internal const string Agent = "released-agent";
    internal const string OtherAgent = "another-agent";
    internal const string Secret = "a released secret with \"quotes\" of 32 bytes";

    private readonly string _home = TestPaths.NewFolder();
    private readonly EnvironmentVariable _variable;

    internal ReleasedVault()
    {
        var source = Path.Combine(TestPaths.RepositoryRoot, "tests", "ReleasedVaults", "own");
        foreach (var file in Directory.GetFiles(source, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(_home, Path.GetRelativePath(source, file));
            AtomicFile.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
            // Git does not keep the mode.
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(target, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        _variable = new EnvironmentVariable(AgentdomHome.Variable, _home);
    }

    public void Dispose()
    {
        _variable.Dispose();
        Directory.Delete(_home, recursive: true);
    }
}
