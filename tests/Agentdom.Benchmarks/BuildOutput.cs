using System.Reflection;

namespace Agentdom.Benchmarks;

/// <summary>Paths of the programs that run in separate processes.</summary>
internal static class BuildOutput
{
    internal static string ModuleManifest { get; } = Path.Combine(Metadata("RepositoryRoot"), "out", "Agentdom", "Agentdom.psd1");

    internal static string TestEngine { get; } = Of("tests/Agentdom.TestEngine", "Agentdom.TestEngine.dll");

    internal static string SampleIssuer { get; } = Of("samples/Issuer", "Issuer.dll");

    /// <summary>This program, which can also be an issuer.</summary>
    internal static string Benchmarks { get; } = Of("tests/Agentdom.Benchmarks", "Agentdom.Benchmarks.dll");

    /// <summary>The folder of the issuer on Express, which runs from its source folder.</summary>
    internal static string ExpressIssuer { get; } = Path.Combine(Metadata("RepositoryRoot"), "tests", "Agentdom.Benchmarks", "express");

    /// <summary>The issuer on bare Node, which runs from its source folder.</summary>
    internal static string NodeIssuer { get; } =
        Path.Combine(Metadata("RepositoryRoot"), "tests", "Agentdom.Benchmarks", "node", "server.mjs");

    /// <summary>The folder of the scripts that are measured in pwsh.</summary>
    internal static string ModuleScripts { get; } = Path.Combine(Metadata("RepositoryRoot"), "tests", "Agentdom.Benchmarks", "Module");

    private static string Of(string project, string file) =>
        Path.Combine(Metadata("RepositoryRoot"), project, "bin", Metadata("Configuration"), "net10.0", file);

    private static string Metadata(string key) => typeof(BuildOutput).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(a => a.Key == key).Value!;
}
