using System.Text.Json;

namespace Agentdom.Tests.Support;

/// <summary>The folder of public test vectors, which is not part of the repository (docs/proof.md).</summary>
internal static class TestVectors
{
    internal const string Variable = "AGENTDOM_VECTORS";

    /// <summary>A file of the folder, by the parts of its path. If it is missing, the running test is skipped.</summary>
    internal static string File(params string[] parts)
    {
        var path = PathOf(parts);
        SkipUnless(System.IO.File.Exists(path), path);
        return path;
    }

    /// <summary>The files of one of its folders by name. If it is missing, the running test is skipped.</summary>
    internal static IReadOnlyDictionary<string, byte[]> Files(string folder)
    {
        var path = PathOf(folder);
        SkipUnless(Directory.Exists(path), path);
        return Directory.GetFiles(path).ToDictionary(file => Path.GetFileName(file), System.IO.File.ReadAllBytes);
    }

    /// <summary>The test groups of one of Wycheproof's files.</summary>
    internal static IEnumerable<JsonElement> WycheproofGroups(string file) =>
        JsonDocument.Parse(System.IO.File.ReadAllBytes(File("wycheproof", file))).RootElement.GetProperty("testGroups").EnumerateArray();

    private static string PathOf(params string[] parts)
    {
        var named = Environment.GetEnvironmentVariable(Variable);
        var folder = string.IsNullOrEmpty(named) ? Path.Combine(TestPaths.RepositoryRoot, "..", "shared", "vectors") : named;
        return Path.GetFullPath(Path.Combine([folder, .. parts]));
    }

    private static void SkipUnless(bool exists, string path) =>
        Assert.SkipUnless(exists, $"There is no {path}; name the folder of test vectors with {Variable}.");
}
