using Agentdom.Tests.Support;

namespace Agentdom.Tests.Core;

/// <summary>The folder of public test vectors, which is not part of the repository.</summary>
internal static class Vectors
{
    internal const string Variable = "AGENTDOM_VECTORS";

    /// <summary>A file of the folder, by its parts; the running test is skipped where it is not there.</summary>
    internal static string File(params string[] parts)
    {
        var named = Environment.GetEnvironmentVariable(Variable);
        var folder = string.IsNullOrEmpty(named)
            ? Path.Combine(TestPaths.RepositoryRoot, "..", "shared", "vectors")
            : named;
        var path = Path.GetFullPath(Path.Combine([folder, .. parts]));
        Assert.SkipUnless(System.IO.File.Exists(path),
            $"There is no {path}; name the folder of test vectors with {Variable}.");
        return path;
    }
}
