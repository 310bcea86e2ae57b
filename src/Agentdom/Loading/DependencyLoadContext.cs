using System.Reflection;
using System.Runtime.Loader;

namespace Agentdom.Loading;

/// <summary>
/// Holds the libraries and everything they need that the runtime has not built in. Other modules bring other versions of
/// the same libraries into the process; here each reference is looked for in this module's folder first.
/// </summary>
internal sealed class DependencyLoadContext : AssemblyLoadContext
{
    private static readonly string[] s_entryAssemblies = ["Agentdom.Protocol", "Agentdom.Client", "Agentdom.Issuer"];

    private static DependencyLoadContext? s_instance;

    private readonly string _folder;

    private DependencyLoadContext(string folder) => _folder = folder;

    internal static void Subscribe(string folder)
    {
        // One context for the life of the process: a second import must meet the types that the first one loaded, and
        // removing the module in one session must not leave another without them. So nothing is ever unsubscribed.
        s_instance ??= new DependencyLoadContext(folder);
        Default.Resolving -= ResolveEntry;
        Default.Resolving += ResolveEntry;
    }

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        var path = Path.Combine(_folder, assemblyName.Name + ".dll");
        return File.Exists(path) ? LoadFromAssemblyPath(path) : null;
    }

    // Agentdom.dll is in the default context and refers to these assemblies only.
    private static Assembly? ResolveEntry(AssemblyLoadContext context, AssemblyName name) =>
        Array.IndexOf(s_entryAssemblies, name.Name) >= 0 ? s_instance!.LoadFromAssemblyName(name) : null;
}
