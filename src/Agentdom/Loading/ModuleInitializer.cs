using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Agentdom.Jobs;

namespace Agentdom.Loading;

/// <summary>
/// Resolves the module's dependencies below <c>bin/</c> on first use, so that importing the module loads none of them. If the
/// runtime supports it, they are isolated from other modules' copies.
/// </summary>
public sealed class ModuleInitializer : IModuleAssemblyInitializer, IModuleAssemblyCleanup
{
    private static readonly string s_folder = Path.GetDirectoryName(typeof(ModuleInitializer).Assembly.Location)!;
    private static readonly string s_bin = Path.Combine(s_folder, "bin");

    private static readonly bool s_isFramework =
        RuntimeInformation.FrameworkDescription.StartsWith(".NET Framework", StringComparison.Ordinal);

    private static int s_imports;

    /// <inheritdoc/>
    public void OnImport()
    {
        if (Interlocked.Increment(ref s_imports) > 1) LoadedVersion.CheckLater();
        VaultExtension.ImportFor(Runspace.DefaultRunspace, s_folder);
        if (!s_isFramework)
        {
            SubscribeLoadContext();
            return;
        }
        AppDomain.CurrentDomain.AssemblyResolve -= ResolveOnFramework;
        AppDomain.CurrentDomain.AssemblyResolve += ResolveOnFramework;
    }

    /// <inheritdoc/>
    public void OnRemove(PSModuleInfo psModuleInfo)
    {
        var session = Runspace.DefaultRunspace?.InstanceId;
        InProcessJob.End(session);
        RunningServer.End(session);
    }

    // A separate method that is not inlined, because Windows PowerShell has no load contexts and must not load the type.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void SubscribeLoadContext() => DependencyLoadContext.Subscribe(Path.Combine(s_bin, "net8.0"));

    private static Assembly? ResolveOnFramework(object? sender, ResolveEventArgs args)
    {
        // Only for this module's assemblies: other modules must get their own dependencies.
        var isOurs = args.RequestingAssembly?.Location.StartsWith(s_folder, StringComparison.OrdinalIgnoreCase);
        if (isOurs != true) return null;
        var path = Path.Combine(s_bin, "netstandard2.0", new AssemblyName(args.Name).Name + ".dll");
        return File.Exists(path) ? Assembly.LoadFrom(path) : null;
    }
}
