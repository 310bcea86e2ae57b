using System.Collections.Concurrent;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace Agentdom.Loading;

/// <summary>
/// The version of the module that this process has loaded. PowerShell keeps it: if another version is imported, its manifest gets
/// these cmdlets, or is imported without any effect. Uses no type of the libraries, because their files may be gone.
/// </summary>
internal static class LoadedVersion
{
    private static readonly Assembly s_assembly = typeof(LoadedVersion).Assembly;
    private static readonly string s_folder = Path.GetDirectoryName(s_assembly.Location)!;
    private static readonly string s_version = s_assembly.GetName().Version!.ToString(3);

    // The sessions that have imported the module after its first import in this process.
    private static readonly ConcurrentDictionary<Guid, bool> s_unchecked = new();

    /// <summary>Has the next cmdlet of the current session look for another version. PowerShell lists it only after its import.</summary>
    internal static void CheckLater()
    {
        if (Runspace.DefaultRunspace is { } session) s_unchecked[session.InstanceId] = true;
    }

    /// <summary>The error if the current session has imported another version, or null.</summary>
    /// <param name="own">The module that the running cmdlet was imported with.</param>
    internal static ErrorRecord? Conflict(PSModuleInfo? own)
    {
        if (ConflictWith(own) is { } conflict) return conflict;
        if (s_unchecked.IsEmpty || Runspace.DefaultRunspace is not { } session || !s_unchecked.ContainsKey(session.InstanceId)) return null;
        using var shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
        shell.AddCommand("Microsoft.PowerShell.Core\\Get-Module").AddParameter("Name", s_assembly.GetName().Name);
        var other = shell.Invoke<PSModuleInfo>().Select(ConflictWith).FirstOrDefault(static error => error is not null);
        if (other is null) s_unchecked.TryRemove(session.InstanceId, out _);
        return other;
    }

    private static ErrorRecord? ConflictWith(PSModuleInfo? imported)
    {
        if (imported is null) return null;
        var isSame = imported.Version.Build < 0 || imported.Version.ToString(3) == s_version;
        // Another folder may have the same version, but it is not the one that the libraries are loaded from.
        if (isSame && (imported.ModuleBase == s_folder || Directory.Exists(Path.Combine(s_folder, "bin")))) return null;
        var message = $"Agentdom {imported.Version} from {imported.ModuleBase} cannot be used, because this process has already loaded "
            + $"version {s_version} from {s_folder}. Start a new PowerShell session.";
        return new ErrorRecord(new InvalidOperationException(message),
            "Atp" + nameof(AtpError.OtherVersionLoaded), ErrorCategory.ResourceExists, null);
    }
}
