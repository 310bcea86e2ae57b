using Agentdom.Tests.Support;
using Mono.Cecil;

namespace Agentdom.Tests.Architecture;

/// <summary>The folder of a type in its project: a type is in the file of its name.</summary>
internal sealed class SourceFolders
{
    private readonly Dictionary<string, string> _folders = new(StringComparer.Ordinal);

    internal SourceFolders(string project)
    {
        var root = Path.Combine(TestPaths.RepositoryRoot, "src", project);
        foreach (var file in Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories))
        {
            var folder = Path.GetDirectoryName(Path.GetRelativePath(root, file))!;
            if (folder.Split(Path.DirectorySeparatorChar)[0] is "bin" or "obj") continue;
            _folders.Add(Path.GetFileNameWithoutExtension(file), folder.Length == 0 ? "root" : folder);
        }
    }

    internal IEnumerable<string> All => _folders.Values.Distinct();

    /// <summary>Null if no file has the type's name.</summary>
    internal string? Find(TypeDefinition type) => _folders.GetValueOrDefault(type.Name.Split('`')[0]);
}
