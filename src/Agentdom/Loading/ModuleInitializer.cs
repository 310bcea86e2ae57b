using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Agentdom.Jobs;

namespace Agentdom.Loading;

/// <summary>
/// Finds the module's dependencies below <c>bin/</c> when one is first needed, so that importing loads none of them, and
/// keeps them apart from other modules' copies where the runtime can.
/// </summary>
public sealed class ModuleInitializer : IModuleAssemblyInitializer, IModuleAssemblyCleanup
{
    private static readonly string s_bin = Path.Combine(
        Path.GetDirectoryName(typeof(ModuleInitializer).Assembly.Location)!, "bin");

    private static readonly bool s_isFramework =
        RuntimeInformation.FrameworkDescription.StartsWith(".NET Framework", StringComparison.Ordinal);

    /// <inheritdoc/>
    public void OnImport()
    {
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

    // Apart from OnImport and not inlined: Windows PowerShell has no load contexts and must not look for the type.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void SubscribeLoadContext() => DependencyLoadContext.Subscribe(Path.Combine(s_bin, "net8.0"));

    private static Assembly? ResolveOnFramework(object? sender, ResolveEventArgs args)
    {
        // Only for this module's own assemblies: others must find what they brought themselves.
        var isOurs = args.RequestingAssembly?.Location.StartsWith(Path.GetDirectoryName(s_bin)!, StringComparison.OrdinalIgnoreCase);
        if (isOurs != true) return null;
        var path = Path.Combine(s_bin, "netstandard2.0", new AssemblyName(args.Name).Name + ".dll");
        return File.Exists(path) ? Assembly.LoadFrom(path) : null;
    }
}
