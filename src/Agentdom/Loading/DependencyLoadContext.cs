using System.Reflection;
using System.Runtime.Loader;

namespace Agentdom.Loading;

/// <summary>
/// Loads the libraries and their dependencies. Other modules may load other versions of the same assemblies into the process,
/// so this context looks in the module's own folder first.
/// </summary>
internal sealed class DependencyLoadContext : AssemblyLoadContext
{
    private static readonly string[] s_entryAssemblies = ["Agentdom.Protocol", "Agentdom.Client", "Agentdom.Issuer"];

    private static DependencyLoadContext? s_instance;

    private readonly string _folder;

    private DependencyLoadContext(string folder) => _folder = folder;

    internal static void Subscribe(string folder)
    {
        // One context for the whole process: a second import must get the types that the first one loaded, and removing the
        // module in one session must not break another. So it is never unsubscribed.
        s_instance ??= new DependencyLoadContext(folder);
        Default.Resolving -= ResolveEntry;
        Default.Resolving += ResolveEntry;
    }

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        var path = Path.Combine(_folder, assemblyName.Name + ".dll");
        return File.Exists(path) ? LoadFromAssemblyPath(path) : null;
    }

    // Agentdom.dll is in the default context and references only these assemblies.
    private static Assembly? ResolveEntry(AssemblyLoadContext context, AssemblyName name) =>
        Array.IndexOf(s_entryAssemblies, name.Name) >= 0 ? s_instance!.LoadFromAssemblyName(name) : null;
}
