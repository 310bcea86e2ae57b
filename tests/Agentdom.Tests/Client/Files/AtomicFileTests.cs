using System.ComponentModel;
using System.Diagnostics;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Client;

public sealed class AtomicFileTests : IDisposable
{
    private readonly string _root = TestPaths.NewFolder();

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void AFileThatCanBeNeitherRenamedNorDeletedSpoilsNoOther()
    {
        // In such a folder a file can be created, but neither renamed nor deleted.
        var stuck = Directory.CreateDirectory(Path.Combine(_root, "stuck")).FullName;
        Assert.SkipUnless(OperatingSystem.IsLinux() && SetAppendOnly(stuck, true), "No folder can be made append-only here.");
        string[] paths = [Path.Combine(_root, "a"), Path.Combine(stuck, "b"), Path.Combine(_root, "c")];
        try
        {
            var failures = AtomicFile.WriteAll([.. paths.Select(static path => (path, new byte[] { 1 }))]);

            Assert.Equal([true, false, true], failures.Select(static failure => failure is null));
            Assert.Equal([true, false, true], paths.Select(File.Exists));
            Assert.Single(Directory.GetFiles(stuck, "b.*.tmp"));
        }
        finally
        {
            SetAppendOnly(stuck, false);
        }
        // It can be deleted by now, and so it is closed.
        foreach (var left in Directory.GetFiles(stuck)) File.Open(left, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose();
    }

    private static bool SetAppendOnly(string folder, bool isSet)
    {
        try
        {
            var start = new ProcessStartInfo("chattr", [isSet ? "+a" : "-a", folder]) { RedirectStandardError = true };
            using var chattr = Process.Start(start)!;
            chattr.WaitForExit();
            return chattr.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
