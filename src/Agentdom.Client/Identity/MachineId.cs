using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Agentdom.Client;

/// <summary>The operating system's id of this machine, or a random one stored with the vault's key (protocol.md §9).</summary>
internal static class MachineId
{
    private static readonly TimeSpan s_wait = TimeSpan.FromSeconds(10);

    internal static (string Id, string Source) Find()
    {
        if (RuntimeInformation.IsOSPlatform(OSPlatform.Windows)) return Named(Windows(), "MachineGuid", "D") ?? Random();
        if (RuntimeInformation.IsOSPlatform(OSPlatform.OSX)) return Named(MacOS(), "IOPlatformUUID", "D") ?? Random();
        return FromFile("/etc/machine-id") ?? FromFile("/var/lib/dbus/machine-id") ?? Random();
    }

    /// <summary>
    /// Whether a text identifies one machine. Images of several machines hold <c>uninitialized</c>, nothing, or the same digit
    /// throughout (machine-id(5), SMBIOS).
    /// </summary>
    /// <param name="id">The text.</param>
    /// <param name="format">The format of a <see cref="Guid"/>: <c>N</c> for 32 hex digits, <c>D</c> with dashes.</param>
    internal static bool IsPlausible(string id, string format) =>
        Guid.TryParseExact(id, format, out _) && id.Where(static c => c != '-').Distinct().Skip(1).Any();

    private static (string, string)? Named(string? id, string source, string format) =>
        id?.Trim() is { } text && IsPlausible(text, format) ? (text, source) : null;

    private static (string, string)? FromFile(string path)
    {
        try
        {
            return File.Exists(path) ? Named(File.ReadAllText(path), path, "N") : null;
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

    private static (string, string) Random()
    {
        var path = Path.Combine(AgentdomHome.Keys, "machine-id");
        return FromFile(path) ?? MakeOne(path) ?? throw new AtpException(AtpError.VaultUnwritable,
            $"This machine has no id of its own and a random one could not be stored in {path}.",
            $"Make that folder writable, or set {AgentId.Variable}.");
    }

    // Under a lock, because a file that is no id is replaced.
    private static (string, string)? MakeOne(string path)
    {
        try
        {
            using var making = CrossProcessLock.ForEntry("machine-id", s_wait, CancellationToken.None);
            if (making is not null && FromFile(path) is null)
            {
                PrivatePath.CreateFolder(AgentdomHome.Keys);
                AtomicFile.Write(path, Encoding.ASCII.GetBytes(Guid.NewGuid().ToString("N")));
            }
        }
        catch (Exception e) when (e is AtpException { Error: AtpError.VaultUnwritable } or IOException or UnauthorizedAccessException)
        {
            // The caller says what to do.
        }
        return FromFile(path);
    }
}
