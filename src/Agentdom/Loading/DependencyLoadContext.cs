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
    private static bool? s_isShared;

    private readonly string _folder;

    private DependencyLoadContext(string folder) => _folder = folder;

    internal static void Subscribe(string folder)
    {
        // One context for the whole process: a second import must get the types that the first one loaded, and removing the
        // module in one session must not break another. So it is never unsubscribed.
        s_instance ??= new DependencyLoadContext(folder);
        Default.Resolving -= Resolve;
        Default.Resolving += Resolve;
    }

    protected override Assembly? Load(AssemblyName assemblyName) => LoadInto(this, assemblyName);

    // Agentdom.dll is in the default context and references only the entry assemblies.
    private static Assembly? Resolve(AssemblyLoadContext context, AssemblyName name)
    {
        var isEntry = Array.IndexOf(s_entryAssemblies, name.Name) >= 0;
        if (isEntry) s_isShared ??= Array.Exists(s_entryAssemblies, HostHas);
        if (s_isShared == true) return s_instance!.LoadInto(context, name);
        // Without its file, the context would ask the default one for it, which would ask here again.
        return isEntry && File.Exists(s_instance!.PathOf(name)) ? s_instance.LoadFromAssemblyName(name) : null;
    }

    // If the host uses some of the libraries itself, Agentdom.dll gets the host's. The others must then be beside them: in a
    // context of their own they would see other copies of the same types.
    private static bool HostHas(string name) =>
        (AppDomain.CurrentDomain.GetData("TRUSTED_PLATFORM_ASSEMBLIES") as string)
            ?.Contains(Path.DirectorySeparatorChar + name + ".dll") == true
        || Array.Exists(AppDomain.CurrentDomain.GetAssemblies(),
            loaded => loaded.GetName().Name == name && GetLoadContext(loaded) == Default);

    private Assembly? LoadInto(AssemblyLoadContext context, AssemblyName name)
    {
        var path = PathOf(name);
        return File.Exists(path) ? context.LoadFromAssemblyPath(path) : null;
    }

    private string PathOf(AssemblyName name) => Path.Combine(_folder, name.Name + ".dll");
}
