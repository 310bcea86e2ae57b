using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Agentdom.Client;

/// <summary>The operating system's id of this machine, or a random one stored with the vault's key (protocol.md §9).</summary>
internal static class MachineId
{
    internal static (string Id, string Source) Find()
    {
        if (RuntimeInformation.IsOSPlatform(OSPlatform.Windows)) return Named(Windows(), "MachineGuid") ?? Random();
        if (RuntimeInformation.IsOSPlatform(OSPlatform.OSX)) return Named(MacOS(), "IOPlatformUUID") ?? Random();
        return FromFile("/etc/machine-id") ?? FromFile("/var/lib/dbus/machine-id") ?? Random();
    }

    private static (string, string)? Named(string? id, string source) =>
        string.IsNullOrWhiteSpace(id) ? null : (id!.Trim(), source);

    private static (string, string)? FromFile(string path)
    {
        try
        {
            return File.Exists(path) ? Named(File.ReadAllText(path), path) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // The 64-bit view, because MachineGuid is not in the 32-bit one. This uses the system's tool because the registry
    // package for .NET Standard only works on .NET Framework if NuGet selects the right assembly.
    private static string? Windows() => Ask(
        // The full path, because a bare name is searched in the current folder first.
        Path.Combine(Environment.SystemDirectory, "reg.exe"), 
        ["query", @"HKLM\SOFTWARE\Microsoft\Cryptography", "/v", "MachineGuid", "/reg:64"],
        @"MachineGuid\s+REG_SZ\s+(\S+)");

    private static string? MacOS() => Ask("/usr/sbin/ioreg", ["-rd1", "-c", "IOPlatformExpertDevice"], "\"IOPlatformUUID\" = \"([^\"]+)\"");

    private static string? Ask(string program, string[] arguments, string pattern)
    {
        try
        {
            var found = Regex.Match(ProcessRunner.Run(program, arguments).OutputText, pattern);
            return found.Success ? found.Groups[1].Value : null;
        }
        catch (ProcessFailedException)
        {
            return null;
        }
    }

    private static void Keep(string path)
    {
        try
        {
            AtomicFile.CreateIfMissing(path, System.Text.Encoding.UTF8.GetBytes(Guid.NewGuid().ToString("N")));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The caller reads the file again and throws if it is not there.
        }
    }

    private static (string, string) Random()
    {
        var path = Path.Combine(AgentdomHome.Keys, "machine-id");
        var kept = FromFile(path);
        if (kept is null)
        {
            Keep(path);
            kept = FromFile(path);
        }
        return kept ?? throw new AtpException(AtpError.VaultUnwritable,
            $"This machine has no id of its own and a random one could not be stored in {path}.",
            $"Make that folder writable, or set {AgentId.Variable}.");
    }
}
