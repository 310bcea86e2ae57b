using Agentdom.Tests.Support;

namespace Agentdom.Tests.Client;

/// <summary>Which texts identify a machine. The files of the system are replaced for a child process only.</summary>
[Collection(PowerShellCollection.Name)]
public sealed class MachineIdTests : IDisposable
{
    private const string Mount =
        "for f in /etc/machine-id /var/lib/dbus/machine-id; do [ ! -e $f ] || mount --bind \"$0\" $f || exit 9; done; exec \"$@\"";

    private readonly string _root = TestPaths.NewFolder();

    private string Stored => Path.Combine(_root, "home", "keys", "machine-id");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("3d1219c7c4c5404aaa1f6d2a48adfda4", "N", true)]
    [InlineData("3D1219C7C4C5404AAA1F6D2A48ADFDA4", "N", true)]
    [InlineData("3d1219c7-c4c5-404a-aa1f-6d2a48adfda4", "D", true)]
    [InlineData("3d1219c7-c4c5-404a-aa1f-6d2a48adfda4", "N", false)]
    [InlineData("3d1219c7c4c5404aaa1f6d2a48adfda", "N", false)]
    [InlineData("uninitialized", "N", false)]
    [InlineData("", "N", false)]
    [InlineData("00000000000000000000000000000000", "N", false)]
    [InlineData("00000000-0000-0000-0000-000000000000", "D", false)]
    [InlineData("FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", "D", false)]
    [InlineData("Not Settable", "D", false)]
    public void AnIdIsTheOneOfAMachine(string text, string format, bool plausible) =>
        Assert.Equal(plausible, MachineId.IsPlausible(text, format));

    [Theory]
    [InlineData("uninitialized\n")]
    [InlineData("")]
    [InlineData("00000000000000000000000000000000\n")]
    public async Task ClonesOfAnImageAreDifferentAgents(string machineId)
    {
        AtomicFile.CreateDirectory(Path.GetDirectoryName(Stored)!);
        File.WriteAllText(Stored, machineId);
        var first = await AgentAsync(machineId);
        var again = await AgentAsync(machineId);
        File.Delete(Stored);
        var clone = await AgentAsync(machineId);

        Assert.Equal(Stored, first[1]);
        Assert.Equal(first, again);
        Assert.NotEqual(first[0], clone[0]);
    }

    private async Task<string[]> AgentAsync(string machineId)
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("Only Linux has a file with the machine's id.");
        if (OtherUser.Run("unshare", "-m", "true") != 0) Assert.Skip("This user may not mount files.");
        if (!File.Exists("/etc/machine-id")) Assert.Skip("This machine has no /etc/machine-id that could be replaced.");
        var file = Path.Combine(_root, "machine-id");
        File.WriteAllText(file, machineId);
        var child = await ChildEngine.RunUnderAsync(["unshare", "-m", "sh", "-c", Mount, file],
            "$agent = Get-AgentId; $agent.Id; $agent.Source", (AgentdomHome.Variable, Path.Combine(_root, "home")));
        Assert.Equal("", child.Errors);
        return child.Output;
    }
}
