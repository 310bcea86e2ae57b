using System.Management.Automation;
using System.Reflection;

namespace Agentdom.Loading;

/// <summary>
/// The version of the module that this process has loaded. PowerShell keeps it: if another version is imported, its manifest gets
/// these cmdlets. Uses no type of the libraries, because their files may be gone.
/// </summary>
internal static class LoadedVersion
{
    private static readonly Assembly s_assembly = typeof(LoadedVersion).Assembly;
    private static readonly string s_folder = Path.GetDirectoryName(s_assembly.Location)!;
    private static readonly string s_version = s_assembly.GetName().Version!.ToString(3);

    /// <summary>The error for a cmdlet that was imported with another version, or null.</summary>
    /// <param name="imported">The module that the session has imported.</param>
    internal static ErrorRecord? ConflictWith(PSModuleInfo? imported)
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
